/** tRPC's codes, by name: what a responder may send. */
export type TrpcCode =
  | 'PARSE_ERROR'
  | 'BAD_REQUEST'
  | 'INTERNAL_SERVER_ERROR'
  | 'NOT_IMPLEMENTED'
  | 'BAD_GATEWAY'
  | 'SERVICE_UNAVAILABLE'
  | 'GATEWAY_TIMEOUT'
  | 'UNAUTHORIZED'
  | 'PAYMENT_REQUIRED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_SUPPORTED'
  | 'TIMEOUT'
  | 'CONFLICT'
  | 'PRECONDITION_FAILED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'UNPROCESSABLE_CONTENT'
  | 'PRECONDITION_REQUIRED'
  | 'TOO_MANY_REQUESTS'
  | 'CLIENT_CLOSED_REQUEST';

/** tRPC's codes, and what can go wrong between the two sides. */
export type RpcErrorCode =
  | TrpcCode
  | 'DECLARED'
  | 'NOT_SENT'
  | 'SEND_UNKNOWN'
  | 'CANCELLED'
  | 'CLOSED'
  | 'REPLY_QUEUE_LOST'
  | 'BAD_REPLY'
  | 'OVERLOADED'
  | 'UNSUPPORTED_VERSION';

export interface ErrorCodeInfo {
  /** The nearest of tRPC's codes. */
  readonly trpc: TrpcCode;
  readonly means: string;
}

/**
 * The closed list of error codes. The first part are tRPC's own, sent by a responder; the second
 * part is what can go wrong between the two sides. `docs/errors.md` shows this table.
 */
export const ERROR_CODES: Readonly<Record<RpcErrorCode, ErrorCodeInfo>> = {
  PARSE_ERROR: { trpc: 'PARSE_ERROR', means: 'The responder could not parse the input.' },
  BAD_REQUEST: {
    trpc: 'BAD_REQUEST',
    means: 'The input did not fit the schema, or the request was malformed.',
  },
  INTERNAL_SERVER_ERROR: {
    trpc: 'INTERNAL_SERVER_ERROR',
    means: 'The handler failed; its message stays in the responder unless `exposeErrors` is set.',
  },
  NOT_IMPLEMENTED: { trpc: 'NOT_IMPLEMENTED', means: 'The handler says that it cannot do this.' },
  BAD_GATEWAY: { trpc: 'BAD_GATEWAY', means: 'Something behind the handler answered nonsense.' },
  SERVICE_UNAVAILABLE: {
    trpc: 'SERVICE_UNAVAILABLE',
    means: 'The handler, or something behind it, cannot serve now.',
  },
  GATEWAY_TIMEOUT: {
    trpc: 'GATEWAY_TIMEOUT',
    means: 'Something behind the handler did not answer in time.',
  },
  UNAUTHORIZED: { trpc: 'UNAUTHORIZED', means: 'The handler does not know who calls.' },
  PAYMENT_REQUIRED: { trpc: 'PAYMENT_REQUIRED', means: 'The handler asks for payment.' },
  FORBIDDEN: { trpc: 'FORBIDDEN', means: 'The handler knows who calls and refuses.' },
  NOT_FOUND: {
    trpc: 'NOT_FOUND',
    means: 'No such procedure at this responder, or the handler found nothing.',
  },
  METHOD_NOT_SUPPORTED: {
    trpc: 'METHOD_NOT_SUPPORTED',
    means: 'A query was called as a mutation, or the reverse.',
  },
  TIMEOUT: {
    trpc: 'TIMEOUT',
    means:
      'No reply within `timeoutMs`. With `origin: "remote"`: the handler itself ran out of time.',
  },
  CONFLICT: {
    trpc: 'CONFLICT',
    means: 'The handler, or the idempotency key, is in conflict with an earlier call.',
  },
  PRECONDITION_FAILED: {
    trpc: 'PRECONDITION_FAILED',
    means: 'The handler found a condition unmet.',
  },
  PAYLOAD_TOO_LARGE: {
    trpc: 'PAYLOAD_TOO_LARGE',
    means: 'The request does not fit a message, or (`origin: "remote"`) the reply does not.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    means: 'The responder does not know the content type, or the result is a stream.',
  },
  UNPROCESSABLE_CONTENT: {
    trpc: 'UNPROCESSABLE_CONTENT',
    means: 'The handler understood the input and cannot follow it.',
  },
  PRECONDITION_REQUIRED: {
    trpc: 'PRECONDITION_REQUIRED',
    means: 'The handler asks for a conditional request.',
  },
  TOO_MANY_REQUESTS: { trpc: 'TOO_MANY_REQUESTS', means: 'The handler limits the rate.' },
  CLIENT_CLOSED_REQUEST: {
    trpc: 'CLIENT_CLOSED_REQUEST',
    means: 'The handler saw its signal abort.',
  },

  DECLARED: {
    trpc: 'UNPROCESSABLE_CONTENT',
    means:
      'An error that the contract declares for this procedure: `declared` is its name, `data` its data.',
  },
  NOT_SENT: {
    trpc: 'SERVICE_UNAVAILABLE',
    means:
      'The request was not sent: its queue does not exist, access was denied, nothing could be reached, or no reply queue could be made.',
  },
  SEND_UNKNOWN: {
    trpc: 'SERVICE_UNAVAILABLE',
    means: 'Sending failed in a way that leaves open whether the queue took the request.',
  },
  CANCELLED: {
    trpc: 'CLIENT_CLOSED_REQUEST',
    means: "The caller's signal aborted. A request that had left may still run.",
  },
  CLOSED: { trpc: 'CLIENT_CLOSED_REQUEST', means: 'The requester was closed.' },
  REPLY_QUEUE_LOST: {
    trpc: 'SERVICE_UNAVAILABLE',
    means:
      'The reply queue was deleted while the call was open, or is read by another process, too.',
  },
  BAD_REPLY: {
    trpc: 'BAD_GATEWAY',
    means: 'The reply could not be read: malformed, or of a form that this side refuses.',
  },
  OVERLOADED: {
    trpc: 'TOO_MANY_REQUESTS',
    means:
      'This process has no room: too many open calls, a full buffer, or a nested call that would wait for itself.',
  },
  UNSUPPORTED_VERSION: {
    trpc: 'BAD_REQUEST',
    means:
      'The responder does not speak this version of the wire, or does not know a header that it must know.',
  },
};

/** The nearest tRPC code; itself where the code is one of tRPC's. */
export function toTrpcCode(code: RpcErrorCode): TrpcCode {
  return ERROR_CODES[code].trpc;
}

export function isRpcErrorCode(code: unknown): code is RpcErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

/** Whether this is one of tRPC's own codes, which is what a responder may send. */
export function isTrpcCode(code: unknown): code is TrpcCode {
  return isRpcErrorCode(code) && ERROR_CODES[code].trpc === code;
}

/** What a peer's code becomes here: itself if it is one of tRPC's, else `INTERNAL_SERVER_ERROR`. */
export function fromTrpcCode(code: unknown): RpcErrorCode {
  return isTrpcCode(code) ? code : 'INTERNAL_SERVER_ERROR';
}
