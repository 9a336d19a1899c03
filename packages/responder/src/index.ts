export {
  createResponder,
  type PollingOptions,
  type Responder,
  type ResponderHealth,
  type ResponderOptions,
} from './create-responder.ts';
export { implement, type Implementation } from './implement.ts';
export type { IncomingCall, IncomingFrame, Settlement } from './incoming.ts';
export {
  noReplyStore,
  type Claim,
  type ClaimRequest,
  type ReplyStore,
  type StoredReply,
} from './reply-store.ts';
export type {
  AnswererSettings,
  CallFailure,
  ContextOption,
  QueueOption,
  ServiceOptions,
} from './responder-options.ts';
