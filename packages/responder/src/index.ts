export {
  createResponder,
  type Responder,
  type ResponderHealth,
  type ResponderOptions,
  type ServingOptions,
} from './create-responder.ts';
export { implement, type Implementation } from './implement.ts';
export type { IncomingCall, IncomingFrame, Settlement } from './incoming.ts';
export { memoryReplyStore, type MemoryReplyStoreOptions } from './memory-reply-store.ts';
export { memoryScheduleStore, type MemoryScheduleStoreOptions } from './memory-schedule-store.ts';
export type { PollingOptions } from './polling-options.ts';
export type { RateLimit } from './rate-window.ts';
export {
  noReplyStore,
  type Claim,
  type ClaimRequest,
  type ClaimToken,
  type ReplyStore,
  type StoredReply,
} from './reply-store.ts';
export type {
  AnswererSettings,
  CallFailure,
  ContextOption,
  ContractService,
  ContractsService,
  QueueOption,
  RouterService,
  ServiceOptions,
} from './responder-options.ts';
export {
  createWorkerPool,
  type WorkerPool,
  type WorkerPoolHealth,
  type WorkerPoolOptions,
} from './worker-pool.ts';
