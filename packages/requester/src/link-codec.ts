import type { RpcErrorCode } from '@replyq/contract';
import type { Runtime } from '@replyq/contract/transport';
import {
  decodeErrorBody,
  decodeTrpc,
  decodeValue,
  encodeTrpc,
  encodeValue,
  isPlainJson,
  refuseThenable,
  WireError,
  type Content,
} from '@replyq/contract/wire';
import { TRPCClientError } from '@trpc/client';
import type { TRPCCombinedDataTransformer, TRPCDataTransformer } from '@trpc/server';
import { callError, type PendingCall, type RawReply } from './pending-call.ts';

export type LinkTransformer = TRPCDataTransformer | TRPCCombinedDataTransformer;

/** How one link writes inputs and reads replies. */
export interface LinkCodec {
  /** Undefined where the router has none. */
  readonly transformer: TRPCCombinedDataTransformer | undefined;
  /** `custom:<name>` for each type that the transformer may revive. */
  readonly allowTypes: readonly string[];
}

/** Both directions of a transformer; undefined where the router has none. */
export function combined(
  transformer: LinkTransformer | undefined,
): TRPCCombinedDataTransformer | undefined {
  if (transformer === undefined || 'input' in transformer) return transformer;
  return { input: transformer, output: transformer };
}

/**
 * What the link's transformer writes, as JSON. Without one, the input as JSON leaves it, which is
 * what the router's types say; only `undefined`, which JSON cannot write, goes as superjson.
 */
export function encodeInput(
  input: unknown,
  { transformer }: LinkCodec,
): { readonly content: Content; readonly body: string } {
  if (transformer !== undefined) {
    return { content: 'trpc', body: encodeTrpc(transformer.input.serialize(input)) };
  }
  // What is JSON already need not be made into it: the look costs a tenth of the trip.
  if (isPlainJson(input)) return { content: 'json', body: encodeTrpc(input) };
  return encodeValue(asJson(input));
}

/** The data of a reply. Throws the error that it carries, or a `WireError` when it cannot be read. */
export function decodeOutput(
  { reply }: RawReply,
  call: PendingCall,
  runtime: Runtime,
  codec: LinkCodec,
): unknown {
  if (reply.kind === 'bad') throw new WireError('malformed', reply.message);
  if (reply.kind === 'foreign') return reply.body;
  const { content, kind } = reply.header;
  const value = read(content, reply.body, codec);
  if (kind === 'result') return value;
  if (kind !== 'error' || !isErrorShape(value))
    throw new WireError('malformed', 'neither a result nor an error');
  const { code, message, ran } = decodeErrorBody(value);
  const cause = TRPCClientError.from({ error: value });
  throw callError(call, runtime, {
    code,
    message,
    origin: 'remote',
    maybeExecuted: ran || call.timesWritten > 1,
    cause,
  });
}

function read(content: Content, body: string, { transformer, allowTypes }: LinkCodec): unknown {
  if (content === 'text') return body;
  if (content !== 'trpc') {
    const value = decodeValue(content, body, { direction: 'reply' });
    return transformer === undefined && content === 'superjson' ? asJson(value) : value;
  }
  const plain = decodeTrpc(body, { direction: 'reply', allowTypes });
  const value: unknown = transformer === undefined ? plain : transformer.output.deserialize(plain);
  refuseThenable(value);
  return value;
}

/** A value as it comes out of JSON: what tRPC's types promise where there is no transformer. */
function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
}

function isErrorShape(value: unknown): value is { code: number; message: string; data: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Object.hasOwn(value, 'code') &&
    'code' in value &&
    typeof value.code === 'number' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

/** Context of a failed operation that tRPC's client error carries in `meta`. */
export interface QueueErrorMeta extends Record<string, unknown> {
  readonly code: RpcErrorCode;
  readonly callId: string | undefined;
  readonly queue: string | undefined;
  readonly maybeExecuted: boolean;
}
