export type * from './queue-service.ts';
export { messageBytes } from './message-bytes.ts';
export {
  isFifo,
  isQueueName,
  parseQueueArn,
  parseQueueUrl,
  queueNameOf,
  siblingQueueUrl,
  type QueueName,
} from './queue-name.ts';
