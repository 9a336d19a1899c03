export { virtualQueueAttributes } from './virtual-attributes.ts';
export { withVirtualQueues } from './with-virtual-queues.ts';
export type {
  VirtualQueuesClient,
  VirtualQueuesControl,
  WithVirtualQueuesOptions,
} from './virtual-queues-client.ts';
export type {
  Orphan,
  OrphanFate,
  OrphanHandler,
  VirtualQueueEvent,
  VirtualQueueObserver,
  VirtualQueueSettings,
} from '@replyq/queue/virtual-queues';
