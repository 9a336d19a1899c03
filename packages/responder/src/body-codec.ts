import {
  decodeTrpc,
  decodeValue,
  encodeTrpc,
  encodeValue,
  refuseThenable,
  type Content,
} from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import type { Service } from './service.ts';

/** In which family a request came and its reply goes. */
export type Family = 'plain' | 'trpc' | 'foreign';

export interface EncodedBody {
  readonly content: Content;
  readonly body: string;
}

export function familyOf(content: Content): Family {
  return content === 'trpc' ? 'trpc' : 'plain';
}

/**
 * The input of a request. A contract reads `trpc` as superjson, the one transformer that it speaks;
 * a router leaves it to its own, after the checks that stand before any revival.
 *
 * @throws WireError, or what the router's transformer throws.
 */
export function decodeInput(
  service: Service,
  content: Content,
  body: string,
  allowTypes: readonly string[],
): unknown {
  const options = { direction: 'request', allowTypes } as const;
  if (content === 'text') return body;
  if (content !== 'trpc') return decodeValue(content, body, options);
  if (service.procedures !== undefined) return decodeValue('superjson', body, options);
  const plain = decodeTrpc(body, options);
  const value: unknown = service.router._def._config.transformer.input.deserialize(plain);
  refuseThenable(value);
  return value;
}

/**
 * A result or an error shape, in the family that the request came in.
 *
 * @throws WireError when it cannot be encoded, TRPCError when it is a stream.
 */
export function encodeOutput(service: Service, family: Family, value: unknown): EncodedBody {
  if (isStream(value)) {
    const message = 'A stream of results does not run over a queue.';
    throw new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE', message });
  }
  if (family === 'foreign') {
    return typeof value === 'string' ? { content: 'text', body: value } : encodePlainly(value);
  }
  if (family === 'plain') return encodeValue(value);
  if (service.procedures === undefined) {
    const { output } = service.router._def._config.transformer;
    return { content: 'trpc', body: encodeTrpc(output.serialize(value)) };
  }
  const { content, body } = encodeValue(value);
  return { content: 'trpc', body: content === 'json' ? `{"json":${body}}` : body };
}

/** A stranger cannot revive anything: a `Date` is its text, a `Set` an array, without annotations. */
function encodePlainly(value: unknown): EncodedBody {
  const encoded = encodeValue(value);
  if (encoded.content === 'json') return encoded;
  return encodeValue((JSON.parse(encoded.body) as { readonly json: unknown }).json);
}

function isStream(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
