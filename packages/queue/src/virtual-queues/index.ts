// For those who offer virtual queues on a queue service of theirs.
export { HOST_QUEUE_TAGS } from '../host-queue-tags.ts';
export { DEFAULT_TRAITS, type HostTraits } from './host-traits.ts';
export { VirtualHost } from './virtual-host.ts';
export { VirtualQueue, type VirtualMessage, type VirtualReceive } from './virtual-queue.ts';
export { VirtualQueueEnded, type VirtualQueueEnd } from './virtual-queue-ended.ts';
export type {
  Orphan,
  OrphanFate,
  OrphanHandler,
  VirtualQueueEvent,
  VirtualQueueObserver,
  VirtualQueueSettings,
} from './virtual-queue-options.ts';
export { VirtualQueues, type VirtualQueuesOptions } from './virtual-queues.ts';
