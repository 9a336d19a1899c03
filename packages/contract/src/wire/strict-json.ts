import { isSurelyWithin, scanJson } from './json-scan.ts';
import { refuseForbiddenKeys } from './json-walk.ts';
import { malformed, tooLarge } from './wire-error.ts';
import type { WireLimits } from './wire-limits.ts';

/**
 * A peer's JSON, in this order: size, depth and count, syntax, keys. The result is fresh: plain
 * objects and arrays that alias nothing.
 *
 * @throws WireError `tooLarge` or `malformed`.
 */
export function parseStrictJson(
  text: string,
  limits: Pick<WireLimits, 'maxBodyBytes' | 'maxDepth' | 'maxNodes'>,
): unknown {
  assertBodySize(text, limits.maxBodyBytes);
  if (!isSurelyWithin(text, limits)) scanJson(text, limits);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Whether or not it was scanned before, it is refused in the same words.
    scanJson(text, limits);
    // The parser's own message quotes the text.
    throw malformed(text.trim() === '' ? 'Empty where JSON is expected.' : 'Not JSON.');
  }
  refuseForbiddenKeys(value, text);
  return value;
}

/** @throws WireError `tooLarge`. */
export function assertBodySize(text: string, maxBytes: number): void {
  if (text.length * 3 <= maxBytes) return;
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw tooLarge(`More than ${maxBytes} bytes.`);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
