import type { Message } from '@aws-sdk/client-sqs';
import type { ReceivedMessage } from '@replyq/queue';
import { decodeAttributes } from './message-attributes.ts';

/** The system attributes that {@link decodeMessage} reads; a receive must ask for each. */
export const SYSTEM_ATTRIBUTES = [
  'SentTimestamp',
  'ApproximateFirstReceiveTimestamp',
  'ApproximateReceiveCount',
  'SenderId',
  'MessageGroupId',
  'AWSTraceHeader',
] as const;

/**
 * One message of a receive's answer. Undefined if it has no receipt handle or no id, with which
 * nobody could settle it, or if nothing tells its age: neither its own timestamps nor
 * `serviceTimeMs`, which stands in for one that cannot be read.
 */
export function decodeMessage(
  message: Message,
  serviceTimeMs: number | undefined,
): ReceivedMessage | undefined {
  const { MessageId: messageId, ReceiptHandle: receiptHandle, Attributes: system = {} } = message;
  const firstReceivedAtMs = natural(system.ApproximateFirstReceiveTimestamp);
  const sentAtMs = natural(system.SentTimestamp) ?? firstReceivedAtMs ?? serviceTimeMs;
  if (messageId === undefined || receiptHandle === undefined) return undefined;
  if (sentAtMs === undefined) return undefined;
  const { AWSTraceHeader: traceHeader, SenderId: senderId, MessageGroupId: groupId } = system;
  return {
    messageId,
    receiptHandle,
    body: message.Body ?? '',
    attributes: decodeAttributes(message.MessageAttributes),
    sentAtMs,
    firstReceivedAtMs: firstReceivedAtMs ?? serviceTimeMs ?? sentAtMs,
    receiveCount: natural(system.ApproximateReceiveCount) ?? 1,
    ...(traceHeader !== undefined && { traceHeader }),
    ...(senderId !== undefined && { senderId }),
    ...(groupId !== undefined && { groupId }),
  };
}

function natural(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,16}$/.test(text) ? safe(Number(text)) : undefined;
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
