export { createMemoryQueueService, MemoryQueueService } from './memory-queue-service.ts';
export type { MemoryQueueServiceOptions } from './memory-queue-service-options.ts';
export { memoryTransport, type MemoryTransportOptions } from './memory-transport.ts';
