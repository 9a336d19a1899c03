// The names that most programs need. Everything else stands in the package that it is listed under.
export {
  defineContract,
  isDeclared,
  mutation,
  NonRetryableError,
  query,
  RpcError,
  safe,
  task,
  type Call,
  type CallError,
  type ClientOf,
  type Contract,
  type Handler,
  type HandlersOf,
  type InferErrors,
  type InferInput,
  type InferOutput,
  type RpcErrorCode,
  type RpcErrorOf,
  type SafeResult,
} from '@replyq/contract';
export type {
  CallScope,
  Interceptor,
  Observer,
  ReplyqEvent,
  Transport,
} from '@replyq/contract/transport';
export { memoryTransport, type MemoryTransportOptions } from '@replyq/memory';
export {
  createRequester,
  type CallOptions,
  type Requester,
  type RequesterOptions,
} from '@replyq/requester';
export {
  createResponder,
  implement,
  type Implementation,
  type IncomingCall,
  type Responder,
  type ResponderOptions,
} from '@replyq/responder';
export { sqsTransport, type SqsTransportOptions } from '@replyq/sqs';
