import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type {
  DamagedMessage,
  Failure,
  OutgoingMessage,
  QueueService,
  ReceivedMessage,
} from '@replyq/queue';
import { entryId, matchBatch } from './batch.ts';
import { bodyFault } from './body-check.ts';
import { encodeAttributes } from './message-attributes.ts';
import { decodeMessage, SYSTEM_ATTRIBUTES } from './received-message.ts';
import { toSeconds } from './seconds.ts';
import type { SqsApi } from './sqs-api.ts';

type MessageOperations = Pick<
  QueueService,
  'sendBatch' | 'receive' | 'deleteBatch' | 'changeVisibilityBatch'
>;

/** The operations on messages: the hot path. `checkBodies`: by their MD5, each for itself. */
export function createMessageOperations(api: SqsApi, checkBodies = false): MessageOperations {
  const faultOf = (body: string | undefined, md5Told: string | undefined): string | undefined =>
    checkBodies ? bodyFault(body ?? '', md5Told) : undefined;
  return {
    async sendBatch({ queueUrl, entries, signal }) {
      const input = { QueueUrl: queueUrl, Entries: entries.map(encodeMessage) };
      const answer = await api.call('SendMessageBatch', input, signal);
      if (answer.kind !== 'ok') return answer;
      const results = matchBatch(entries.length, answer.output, (sent) => {
        const { Id, MessageId, MD5OfMessageBody } = sent;
        if (MessageId === undefined) return NO_MESSAGE_ID;
        const fault = faultOf(entries[Number(Id)]?.body, MD5OfMessageBody);
        if (fault !== undefined) return { kind: 'unknown' as const, error: fault };
        return { kind: 'ok' as const, messageId: MessageId };
      });
      return { kind: 'ok', ...answer.time, entries: results };
    },

    async receive({ queueUrl, maxMessages, waitMs, visibilityMs, signal }) {
      const input = {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: maxMessages,
        WaitTimeSeconds: toSeconds(waitMs),
        VisibilityTimeout: toSeconds(visibilityMs),
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: [...SYSTEM_ATTRIBUTES],
      };
      const answer = await api.call('ReceiveMessage', input, signal);
      if (answer.kind !== 'ok') return answer;
      const messages: ReceivedMessage[] = [];
      const damaged: DamagedMessage[] = [];
      for (const message of answer.output.Messages ?? []) {
        const decoded = decodeMessage(message, answer.time.serviceTimeMs);
        if (decoded === undefined) continue;
        const error = faultOf(message.Body, message.MD5OfBody);
        if (error === undefined) messages.push(decoded);
        else damaged.push({ messageId: decoded.messageId, error });
      }
      const [first] = damaged;
      if (first === undefined) return { kind: 'ok', ...answer.time, messages };
      // Nobody is to take the queue for empty.
      if (messages.length === 0) return { kind: 'unknown', error: first.error };
      return { kind: 'ok', ...answer.time, messages, damaged };
    },

    async deleteBatch({ queueUrl, receiptHandles, signal }) {
      const input = {
        QueueUrl: queueUrl,
        Entries: receiptHandles.map((ReceiptHandle, i) => ({ Id: entryId(i), ReceiptHandle })),
      };
      const answer = await api.call('DeleteMessageBatch', input, signal);
      if (answer.kind !== 'ok') return answer;
      const results = matchBatch(receiptHandles.length, answer.output, () => DONE);
      return { kind: 'ok', ...answer.time, entries: results };
    },

    async changeVisibilityBatch({ queueUrl, entries, signal }) {
      const input = {
        QueueUrl: queueUrl,
        Entries: entries.map(({ receiptHandle, visibilityMs }, i) => ({
          Id: entryId(i),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: toSeconds(visibilityMs),
        })),
      };
      const answer = await api.call('ChangeMessageVisibilityBatch', input, signal);
      if (answer.kind !== 'ok') return answer;
      const results = matchBatch(entries.length, answer.output, () => DONE);
      return { kind: 'ok', ...answer.time, entries: results };
    },
  };
}

const DONE = { kind: 'ok' as const };
const NO_MESSAGE_ID: Failure = { kind: 'unknown', error: 'accepted without a message id' };

function encodeMessage(message: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  const { body, attributes, traceHeader, groupId, deduplicationId, delayMs } = message;
  return {
    Id: entryId(index),
    MessageBody: body,
    MessageAttributes: encodeAttributes(attributes),
    MessageSystemAttributes:
      traceHeader === undefined
        ? undefined
        : { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } },
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
    DelaySeconds: delayMs === undefined ? undefined : toSeconds(delayMs),
  };
}
