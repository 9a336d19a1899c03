import type { QueueAttributes } from '@replyq/queue';
import { MAX_MESSAGE_BYTES } from './sqs-limits.ts';
import { fromSeconds, toSeconds } from './seconds.ts';

/** Of a queue that nobody configured. API reference, CreateQueue. */
const DEFAULT_VISIBILITY_S = 30;
const DEFAULT_RETENTION_S = 345_600;

/** What CreateQueue takes. The read-only ones (ARN, counts, creation) are left out. */
export function encodeQueueAttributes(
  attributes: Partial<QueueAttributes>,
): Record<string, string> {
  const { visibilityMs, retentionMs, delayMs, maxMessageBytes, redrive } = attributes;
  const encoded: Record<string, string> = { ...attributes.extra };
  if (visibilityMs !== undefined) encoded['VisibilityTimeout'] = seconds(visibilityMs);
  if (retentionMs !== undefined) encoded['MessageRetentionPeriod'] = seconds(retentionMs);
  if (delayMs !== undefined) encoded['DelaySeconds'] = seconds(delayMs);
  if (maxMessageBytes !== undefined) encoded['MaximumMessageSize'] = String(maxMessageBytes);
  // SQS refuses these two with the value false on a standard queue.
  if (attributes.fifo === true) encoded['FifoQueue'] = 'true';
  if (attributes.contentBasedDeduplication === true) encoded['ContentBasedDeduplication'] = 'true';
  if (redrive !== undefined) {
    encoded['RedrivePolicy'] = JSON.stringify({
      deadLetterTargetArn: redrive.deadLetterArn,
      maxReceiveCount: redrive.maxReceiveCount,
    });
  }
  return encoded;
}

/** What GetQueueAttributes answers to `All`. What an emulator leaves out gets SQS's default. */
export function decodeQueueAttributes(
  answer: Readonly<Record<string, string>>,
): QueueAttributes | undefined {
  const {
    QueueArn,
    VisibilityTimeout,
    MessageRetentionPeriod,
    DelaySeconds,
    MaximumMessageSize,
    FifoQueue,
    ContentBasedDeduplication,
    RedrivePolicy,
    ApproximateNumberOfMessages,
    ApproximateNumberOfMessagesNotVisible,
    ApproximateNumberOfMessagesDelayed,
    CreatedTimestamp,
    ...extra
  } = answer;
  if (QueueArn === undefined) return undefined;
  const redrive = decodeRedrive(RedrivePolicy);
  return {
    arn: QueueArn,
    visibilityMs: fromSeconds(count(VisibilityTimeout, DEFAULT_VISIBILITY_S)),
    retentionMs: fromSeconds(count(MessageRetentionPeriod, DEFAULT_RETENTION_S)),
    delayMs: fromSeconds(count(DelaySeconds, 0)),
    maxMessageBytes: count(MaximumMessageSize, MAX_MESSAGE_BYTES),
    fifo: FifoQueue === 'true',
    contentBasedDeduplication: ContentBasedDeduplication === 'true',
    visibleCount: count(ApproximateNumberOfMessages, 0),
    inFlightCount: count(ApproximateNumberOfMessagesNotVisible, 0),
    delayedCount: count(ApproximateNumberOfMessagesDelayed, 0),
    createdAtMs: fromSeconds(count(CreatedTimestamp, 0)),
    ...(redrive && { redrive }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function decodeRedrive(policy: string | undefined): QueueAttributes['redrive'] {
  if (policy === undefined) return undefined;
  try {
    const parsed = JSON.parse(policy) as Record<string, unknown> | null;
    const deadLetterArn = parsed?.['deadLetterTargetArn'];
    // SQS gives back what was set: a number, or a text with one.
    const maxReceiveCount = Number(parsed?.['maxReceiveCount']);
    if (typeof deadLetterArn !== 'string' || !Number.isInteger(maxReceiveCount)) return undefined;
    return { deadLetterArn, maxReceiveCount };
  } catch {
    return undefined;
  }
}

function seconds(ms: number): string {
  return String(toSeconds(ms));
}

function count(text: string | undefined, absent: number): number {
  const value = Number(text);
  return text !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : absent;
}
