export { queueLink, type QueueLinkOptions } from './queue-link.ts';
