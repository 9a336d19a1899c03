export {
  createQueueTransport,
  type CreateQueueTransportOptions,
} from './create-queue-transport.ts';
// For administrators' tools.
export {
  queueAccess,
  queueFailed,
  type QueueAccess,
  type QueueAccessOptions,
} from './queue-access.ts';
export type { QueueAdmin } from './queue-admin.ts';
export type { QueueApi } from './queue-api.ts';
export { HOST_QUEUE_TAGS } from './host-queue-tags.ts';
export type {
  PackingSettings,
  QueueTransportOptions,
  ReplyQueueSettings,
} from './queue-options.ts';
export { sweepIdleQueues, type SweepIdleQueuesOptions } from './sweep-idle-queues.ts';
export type { KeepReason, KeptQueue, SweepReport } from './sweep-report.ts';
// Below: for those who write queue services.
export { messageBytes } from './message-bytes.ts';
export {
  isQueueName,
  parseQueueArn,
  parseQueueUrl,
  queueNameOf,
  siblingQueueUrl,
  type QueueName,
} from './queue-name.ts';
export type * from './queue-service.ts';
