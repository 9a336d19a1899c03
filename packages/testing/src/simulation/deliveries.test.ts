import type { ReceivedMessage } from '@replyq/queue';
import { expect, test } from 'vitest';
import { Deliveries } from './deliveries.ts';

const received = (receiveCount: number): ReceivedMessage =>
  ({ messageId: 'm', receiptHandle: `h${receiveCount}`, receiveCount }) as ReceivedMessage;

test('the newest handle is that of the last receive, not of the last answer', () => {
  const deliveries = new Deliveries();
  deliveries.brought([received(2)]);
  deliveries.brought([received(1)]);
  expect(deliveries.of('h1')).toEqual({ messageId: 'm', delivery: 1, newest: 2 });
  expect(deliveries.of('h2')).toEqual({ messageId: 'm', delivery: 2, newest: 2 });
});

test('of a message that was received once there is nothing to tell', () => {
  const deliveries = new Deliveries();
  deliveries.brought([received(1)]);
  expect(deliveries.of('h1')).toBeUndefined();
  expect(deliveries.of('unknown')).toBeUndefined();
});
