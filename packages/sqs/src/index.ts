export { createSqsService, type SqsServiceOptions } from './sqs-service.ts';
export {
  LIST_PAGE_SIZE,
  MAX_ATTRIBUTES,
  MAX_BATCH_ENTRIES,
  MAX_DELAY_MS,
  MAX_MESSAGE_BYTES,
  MAX_QUEUE_NAME_LENGTH,
  MAX_RETENTION_MS,
  MAX_VISIBILITY_MS,
  MAX_WAIT_MS,
  MIN_MESSAGE_BYTES,
  MIN_RETENTION_MS,
  type SqsLimitOptions,
} from './sqs-limits.ts';
export { sqsTransport, type SqsTransportOptions } from './sqs-transport.ts';
export { sweepIdleQueues, type SweepIdleQueuesOptions, type SweepReport } from '@replyq/queue';
