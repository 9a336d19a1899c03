import { isSurelyWithin, scanJson } from './json-scan.ts';
import { isPlainJson } from './plain-json.ts';
import { escapeForSqs } from './sqs-text.ts';
import { isRecord, parseStrictJson } from './strict-json.ts';
import { readAnnotations } from './superjson-meta.ts';
import { reviveAnnotations } from './superjson-revive.ts';
import { writeSuperjson } from './superjson-write.ts';
import { malformed, unsupported } from './wire-error.ts';
import { defaultWireLimits, type WireLimits } from './wire-limits.ts';

/**
 * How a body is written. `json`: the value's own JSON. `superjson`: `{ json, meta }`. `trpc`: what
 * the router's transformer wrote, as JSON. `text`: the body itself.
 */
export type Content = 'json' | 'superjson' | 'trpc' | 'text';

export interface DecodeOptions {
  readonly limits?: WireLimits;
  /** Errors as values travel in replies only. */
  readonly direction: 'request' | 'reply';
  /**
   * `custom:<name>` for each type registered with a router's own superjson. {@link decodeTrpc} lets
   * them pass; {@link decodeValue} has nothing to revive them with and refuses.
   */
  readonly allowTypes?: readonly string[];
}

const CONTENTS: ReadonlySet<unknown> = new Set(['json', 'superjson', 'trpc', 'text']);

export function isContent(value: unknown): value is Content {
  return CONTENTS.has(value);
}

/**
 * A value as a body: its own JSON where it is plain JSON, else superjson. Undefined, Date, Map, Set,
 * bigint, NaN, infinities, -0, typed arrays, URL and Error survive.
 *
 * @throws WireError that names the path of what does not travel, before anything is sent.
 */
export function encodeValue(
  value: unknown,
  limits: WireLimits = defaultWireLimits,
): { readonly content: 'json' | 'superjson'; readonly body: string } {
  if (isPlainJson(value, limits)) {
    return { content: 'json', body: escapeForSqs(stringify(value)) };
  }
  const body = escapeForSqs(stringify(writeSuperjson(value, limits)));
  // The annotations nest and count, too: what this side writes, the other must take.
  if (!isSurelyWithin(body, limits)) scanJson(body, limits);
  return { content: 'superjson', body };
}

/**
 * The value of a body. In this order: size, depth, JSON.parse, keys; then for superjson the meta
 * grammar, and only then revival. The result aliases nothing and holds nothing callable.
 *
 * @throws WireError
 */
export function decodeValue(
  content: 'json' | 'superjson',
  body: string,
  options: DecodeOptions,
): unknown {
  const limits = options.limits ?? defaultWireLimits;
  const value = parseStrictJson(body, limits);
  if (content === 'json') return value;
  const { holder, meta } = asEnvelope(value);
  reviveAnnotations(readAnnotations(holder, meta, { ...options, limits }));
  return holder.json;
}

/**
 * What a router's or link's transformer wrote, as a body.
 *
 * @throws WireError `unsupported` where that is not JSON.
 */
export function encodeTrpc(serialized: unknown): string {
  return escapeForSqs(stringify(serialized));
}

/**
 * What the router's or link's own transformer may deserialize: checked like {@link decodeValue},
 * with superjson's `referentialEqualities` and the stacks of errors taken out, but not revived.
 * Call {@link refuseThenable} on what the transformer returns.
 *
 * @throws WireError
 */
export function decodeTrpc(body: string, options: DecodeOptions): unknown {
  const limits = options.limits ?? defaultWireLimits;
  const value = parseStrictJson(body, limits);
  if (!hasMeta(value)) return value;
  const { holder, meta } = asEnvelope(value);
  for (const { holder: parent, key, type } of readAnnotations(holder, meta, {
    ...options,
    limits,
  })) {
    const annotated = parent[key];
    if (type === 'Error' && isRecord(annotated)) delete annotated['stack'];
  }
  const values = isRecord(meta) ? meta['values'] : undefined;
  return values === undefined
    ? { json: holder.json }
    : { json: holder.json, meta: { values, v: 1 } };
}

/**
 * Refuses what a promise would call. A value with a callable `then` never comes out of an await.
 *
 * @throws WireError `malformed`.
 */
export function refuseThenable(value: unknown): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  if (typeof Reflect.get(value, 'then') === 'function') throw malformed('The value is thenable.');
}

/** Whether superjson would read annotations out of it. */
function hasMeta(value: unknown): boolean {
  if (!isRecord(value) || !Object.hasOwn(value, 'meta')) return false;
  if (Object.hasOwn(value, 'json')) return true;
  const { meta } = value;
  return (
    isRecord(meta) &&
    (Object.hasOwn(meta, 'values') || Object.hasOwn(meta, 'referentialEqualities'))
  );
}

function asEnvelope(value: unknown): { holder: { json: unknown }; meta: unknown } {
  if (!isRecord(value) || !Object.hasOwn(value, 'json')) throw malformed('Not superjson.');
  const keys = Object.keys(value);
  if (keys.length > (Object.hasOwn(value, 'meta') ? 2 : 1)) {
    throw malformed('Superjson has keys beside json and meta.');
  }
  if (Object.hasOwn(value, 'meta') && !isRecord(value['meta'])) {
    throw malformed('meta is not an object.');
  }
  return { holder: { json: value['json'] }, meta: value['meta'] };
}

function stringify(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    throw unsupported('Cannot send a value that JSON cannot say.');
  }
  if (json === undefined) throw unsupported('Cannot send a value that JSON cannot say.');
  return json;
}
