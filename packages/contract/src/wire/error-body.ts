import {
  ERROR_CODES,
  fromTrpcCode,
  type RpcErrorCode,
  type TrpcCode,
} from '../error/error-code.ts';
import { isWireName } from './procedure-path.ts';
import { isRecord } from './strict-json.ts';
import { TRPC_CODES } from './trpc-codes.ts';

/** An error that a contract declares: its name there, and its data. */
export interface DeclaredError {
  readonly name: string;
  readonly data: unknown;
}

export interface ErrorBody {
  readonly message: string;
  readonly code: TrpcCode;
  /** What an error formatter added. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly declared?: DeclaredError;
  /** Whether the handler was entered. Default true; false only if it surely was not. */
  readonly ran?: boolean;
  /** A code of ours behind tRPC's. Only `UNSUPPORTED_VERSION` travels. */
  readonly rpcCode?: RpcErrorCode;
}

export interface DecodedError {
  readonly message: string;
  readonly code: RpcErrorCode;
  readonly declared?: DeclaredError;
  readonly ran: boolean;
  /** tRPC's `data`, without stack and without what this type already says. */
  readonly data: unknown;
}

/** Characters. A message is for people; what is longer is data in the wrong place. */
const MAX_MESSAGE_CHARS = 8_192;

/** tRPC's error shape: `{ message, code, data: { code, httpStatus, … } }`. A stack never travels. */
export function encodeErrorBody(error: ErrorBody): unknown {
  const { rpc, http } = TRPC_CODES[error.code];
  const { stack: _stack, ...data } = error.data ?? {};
  return {
    message: error.message.slice(0, MAX_MESSAGE_CHARS),
    code: rpc,
    data: {
      ...data,
      code: error.code,
      httpStatus: http,
      ...(error.declared !== undefined && { declared: error.declared }),
      ...(error.ran === false && { ran: false }),
      ...(error.rpcCode === 'UNSUPPORTED_VERSION' && { replyq: error.rpcCode }),
    },
  };
}

/** Reads any decoded value as an error, and believes of it only what is well formed. Never throws. */
export function decodeErrorBody(value: unknown): DecodedError {
  const shape = isRecord(value) ? value : {};
  const data = own(shape, 'data');
  const fields = isRecord(data) ? data : {};
  const declared = readDeclared(own(fields, 'declared'));
  const code = declared === undefined ? readCode(fields) : 'DECLARED';
  const message = own(shape, 'message');
  return {
    message:
      typeof message === 'string' ? message.slice(0, MAX_MESSAGE_CHARS) : ERROR_CODES[code].means,
    code,
    ...(declared !== undefined && { declared }),
    ran: own(fields, 'ran') !== false,
    data: isRecord(data) ? withoutPlumbing(data) : data,
  };
}

function readCode(fields: Readonly<Record<string, unknown>>): RpcErrorCode {
  if (own(fields, 'replyq') === 'UNSUPPORTED_VERSION') return 'UNSUPPORTED_VERSION';
  return fromTrpcCode(own(fields, 'code'));
}

function readDeclared(value: unknown): DeclaredError | undefined {
  const name = isRecord(value) ? own(value, 'name') : undefined;
  if (!isRecord(value) || typeof name !== 'string' || !isWireName(name)) return undefined;
  return { name, data: own(value, 'data') };
}

function withoutPlumbing(data: Readonly<Record<string, unknown>>): unknown {
  const { stack: _stack, declared: _declared, ran: _ran, replyq: _replyq, ...rest } = data;
  return rest;
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
