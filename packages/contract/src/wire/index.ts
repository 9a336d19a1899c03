// The wire codec, for those who write transports and tools. Applications import '@replyq/contract'.
export { ATTRIBUTE } from './attribute-names.ts';
export { isCallId } from './call-id.ts';
export {
  decodeTrpc,
  decodeValue,
  encodeTrpc,
  encodeValue,
  isContent,
  refuseThenable,
  type Content,
  type DecodeOptions,
} from './content.ts';
export {
  decodeErrorBody,
  encodeErrorBody,
  type DeclaredError,
  type DecodedError,
  type ErrorBody,
} from './error-body.ts';
export { attemptOf, forwardRequest, isTaskFrame, timeoutMsOf } from './forwarded-request.ts';
export type {
  HeaderRecord,
  MessageAttribute,
  MessageAttributes,
  MessageParts,
  WireFrame,
} from './frame.ts';
export { readMessage, writeMessage } from './message.ts';
export type { Mutable } from './mutable.ts';
export { canPack, packKey } from './pack-key.ts';
export { readPack, writePack, writePackOf } from './pack.ts';
export { packedBytes, packLeadBytes } from './packed-bytes.ts';
export { isPlainJson } from './plain-json.ts';
export { isProcedurePath, isWireName } from './procedure-path.ts';
export {
  formatReplyAddress,
  isVirtualQueue,
  parseReplyAddress,
  splitReplyAddress,
  type ReplyAddress,
} from './reply-address.ts';
export {
  decodeReply,
  encodeReplyHeader,
  type DecodedReply,
  type ReplyHeader,
  type ReplyKind,
} from './reply.ts';
export {
  decodeRequest,
  encodeRequestHeader,
  type BadRequestCode,
  type DecodedRequest,
  type DecodedRequestHeader,
  type ProcedureType,
  type RequestHeader,
} from './request.ts';
export { SCHEDULE_FIELD, type ScheduleMark } from './schedule-mark.ts';
export { isSqsText } from './sqs-text.ts';
export { formatTaskFailure, readTaskFailure, type TaskFailure } from './task-failure.ts';
export { TRPC_CODES, type TrpcCodeNumbers } from './trpc-codes.ts';
export { WireError, type WireErrorReason } from './wire-error.ts';
export { defaultWireLimits, type WireLimits } from './wire-limits.ts';
