import {
  DeclaredError,
  isTrpcCode,
  messageOf,
  RpcError,
  type ProcedureType,
  type TrpcCode,
} from '@replyq/contract';
import { encodeErrorBody, WireError, type BadRequestCode } from '@replyq/contract/wire';
import {
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  TRPCError,
  type TRPCErrorShape,
} from '@trpc/server';
import type { Service } from './service.ts';

export interface FailedCall {
  readonly service: Service;
  readonly path: string;
  readonly type: ProcedureType;
  readonly input: unknown;
  readonly ctx: unknown;
  /** False only if the handler was surely not entered. */
  readonly ran: boolean;
}

const HIDDEN = 'Internal server error';

/** Anything that was thrown, as tRPC's error. A declared one has the code that it is replied with. */
export function toTrpcError(cause: unknown): TRPCError {
  try {
    const error = getTRPCErrorFromUnknown(cause);
    const { cause: inner } = error;
    const code = DeclaredError.is(inner) ? 'UNPROCESSABLE_CONTENT' : ownCode(inner);
    if (code === undefined || inner === undefined) return error;
    return new TRPCError({ code, message: inner.message, cause: inner });
  } catch {
    // What was thrown cannot even be looked at.
    return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: messageOf(undefined) });
  }
}

/**
 * The code of an `RpcError` that a handler made itself. One that a call of the handler's failed with
 * has none: what another service found is no answer to this caller.
 */
function ownCode(cause: unknown): TrpcCode | undefined {
  if (!RpcError.is(cause) || cause.callId !== undefined || cause.origin === 'remote')
    return undefined;
  return isTrpcCode(cause.code) ? cause.code : undefined;
}

/**
 * The body of an error reply: what the router's formatter makes of the error, never with a stack,
 * and with the message of an unknown error replaced before the formatter sees it.
 */
export function errorBody(error: TRPCError, call: FailedCall, exposeErrors: boolean): unknown {
  const declared = DeclaredError.is(error.cause) ? error.cause : undefined;
  if (declared !== undefined) {
    return encodeErrorBody({
      message: declared.message,
      code: 'UNPROCESSABLE_CONTENT',
      data: { path: call.path },
      declared: { name: declared.declared, data: declared.data },
    });
  }
  const shown = shownError(error, exposeErrors);
  const shape = shapeOf(shown, call);
  return { ...shape, data: dataOf(shape.data, call.ran) };
}

/** The body of a refusal that no router has seen. */
export function refusalBody(
  code: TrpcCode | BadRequestCode,
  message: string,
  ran: boolean,
): unknown {
  const rpcCode = code === 'UNSUPPORTED_VERSION' ? code : undefined;
  return encodeErrorBody({
    message,
    code: code === 'UNSUPPORTED_VERSION' ? 'BAD_REQUEST' : code,
    ran,
    ...(rpcCode === undefined ? {} : { rpcCode }),
  });
}

/** The error that a failed decode is to the caller. */
export function toInputError(cause: unknown): TRPCError {
  const tooLarge = cause instanceof WireError && cause.reason === 'tooLarge';
  return new TRPCError({
    code: tooLarge ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST',
    message:
      cause instanceof WireError
        ? `The input cannot be read: ${cause.message}`
        : 'The input cannot be read.',
  });
}

/** The error that a result which cannot be encoded is to the caller. */
export function toOutputError(cause: unknown): unknown {
  const tooLarge = cause instanceof WireError && cause.reason === 'tooLarge';
  if (!tooLarge) return cause;
  const message = `The result cannot be sent: ${cause.message}`;
  return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message });
}

/** The body of an error whose own body cannot travel. */
export function plainErrorBody(error: TRPCError, ran: boolean): unknown {
  return encodeErrorBody({ message: 'The error could not be encoded.', code: error.code, ran });
}

/** An error as the caller may see it: the text of one that nobody wrote for him is replaced. */
export function shownError(error: TRPCError, exposeErrors: boolean): TRPCError {
  if (exposeErrors || error.code !== 'INTERNAL_SERVER_ERROR') return error;
  const wrapped =
    error.cause !== undefined &&
    !(error.cause instanceof TRPCError) &&
    error.message === error.cause.message;
  return wrapped ? new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: HIDDEN }) : error;
}

/** A formatter may throw; its error must not cost the reply. */
function shapeOf(
  error: TRPCError,
  { service, path, type, input, ctx }: FailedCall,
): TRPCErrorShape {
  try {
    const { _config: config } = service.router._def;
    return getTRPCErrorShape({ config, error, type, path, input, ctx });
  } catch {
    return encodeErrorBody({ message: error.message, code: error.code }) as TRPCErrorShape;
  }
}

function dataOf(data: unknown, ran: boolean): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const { stack: _stack, ...rest } = data as Record<string, unknown>;
  return ran ? rest : { ...rest, ran: false };
}
