import type { Message } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { decodeMessage } from './received-message.ts';

const SERVICE_TIME_MS = 9_000;
const WHOLE: Message = {
  MessageId: 'id',
  ReceiptHandle: 'handle',
  Body: 'body',
  Attributes: {
    SentTimestamp: '1000',
    ApproximateFirstReceiveTimestamp: '2000',
    ApproximateReceiveCount: '3',
    SenderId: 'AROA:me',
    MessageGroupId: 'group',
    AWSTraceHeader: 'Root=1',
  },
};

it('reads every part', () => {
  expect(decodeMessage(WHOLE, SERVICE_TIME_MS)).toEqual({
    messageId: 'id',
    receiptHandle: 'handle',
    body: 'body',
    attributes: {},
    sentAtMs: 1_000,
    firstReceivedAtMs: 2_000,
    receiveCount: 3,
    senderId: 'AROA:me',
    groupId: 'group',
    traceHeader: 'Root=1',
  });
});

it.each(['', 'x', '-5', '1.5', '1e3', '0x10', ' 7', '99999999999999999', '0'])(
  'does not take %j for a number',
  (text) => {
    const Attributes = { SentTimestamp: text, ApproximateReceiveCount: text };
    const message = decodeMessage({ ...WHOLE, Attributes }, SERVICE_TIME_MS);
    expect(message).toMatchObject({
      sentAtMs: SERVICE_TIME_MS,
      firstReceivedAtMs: SERVICE_TIME_MS,
      receiveCount: 1,
    });
  },
);

it('takes no message that nobody could settle, or whose age nothing tells', () => {
  expect(decodeMessage({ ...WHOLE, ReceiptHandle: undefined }, SERVICE_TIME_MS)).toBeUndefined();
  expect(decodeMessage({ ...WHOLE, MessageId: undefined }, SERVICE_TIME_MS)).toBeUndefined();
  expect(decodeMessage({ ...WHOLE, Attributes: {} }, undefined)).toBeUndefined();
});
