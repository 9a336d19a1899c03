import type { ServiceLimits } from '@replyq/queue';

// Limits of Amazon SQS, from its API reference and these quota pages:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html

/** Entries of one batch call, and messages of one receive. quotas-messages. */
export const MAX_BATCH_ENTRIES = 10;
/** One message with its attributes, and all messages of one batch: 1 MiB since August 2025. quotas-messages. */
export const MAX_MESSAGE_BYTES = 1_048_576;
/** The smallest `MaximumMessageSize` that a queue can have. API reference, SetQueueAttributes. */
export const MIN_MESSAGE_BYTES = 1_024;
/** Longest long poll. quotas-messages. */
export const MAX_WAIT_MS = 20_000;
/** Longest delay of one message or of a queue. quotas-messages. */
export const MAX_DELAY_MS = 900_000;
/** Longest invisibility, counted from the receive. quotas-messages. */
export const MAX_VISIBILITY_MS = 43_200_000;
/** Message attributes of one message. quotas-messages. */
export const MAX_ATTRIBUTES = 10;
/** Shortest and longest time that a queue keeps a message. quotas-messages. */
export const MIN_RETENTION_MS = 60_000;
export const MAX_RETENTION_MS = 1_209_600_000;
/** Letters of a queue's name, `.fifo` counted. quotas-queues. */
export const MAX_QUEUE_NAME_LENGTH = 80;
/** Queues of one ListQueues page; without a page size there is no next page. API reference, ListQueues. */
export const LIST_PAGE_SIZE = 1_000;

/** What may be set lower than Amazon's, for endpoints that are not (yet) Amazon's. */
export interface SqsLimitOptions {
  /**
   * Bytes of one message and of one batch. Default {@link MAX_MESSAGE_BYTES}; at least 1,024. Older
   * endpoints take 262,144. Throws a `RangeError` outside these bounds.
   */
  readonly maxMessageBytes?: number;
}

export function resolveSqsLimits(options: SqsLimitOptions = {}): ServiceLimits {
  const maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  if (
    !Number.isInteger(maxMessageBytes) ||
    maxMessageBytes < MIN_MESSAGE_BYTES ||
    maxMessageBytes > MAX_MESSAGE_BYTES
  ) {
    throw new RangeError(
      `limits.maxMessageBytes is ${String(maxMessageBytes)}; it must be an integer from ${MIN_MESSAGE_BYTES} to ${MAX_MESSAGE_BYTES}`,
    );
  }
  return {
    maxBatchEntries: MAX_BATCH_ENTRIES,
    maxMessageBytes,
    maxBatchBytes: maxMessageBytes,
    maxWaitMs: MAX_WAIT_MS,
  };
}
