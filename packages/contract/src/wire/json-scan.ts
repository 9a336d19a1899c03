import { malformed, tooLarge, type WireError } from './wire-error.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

export interface JsonLimits {
  readonly maxDepth: number;
  readonly maxNodes: number;
}

/**
 * Whether the text is too short and has too few opening brackets, those in strings included, to pass
 * a limit whatever it says. Two native searches: 0.08 µs for 400 B, where {@link scanJson} takes 0.6.
 */
export function isSurelyWithin(text: string, { maxDepth, maxNodes }: JsonLimits): boolean {
  // The text itself is a value, and each comma and each bracket begins at most one more.
  if (text.length >= maxNodes) return false;
  const braces = countUpTo(maxDepth + 1, text, '{');
  return braces + countUpTo(maxDepth + 1 - braces, text, '[') <= maxDepth;
}

/**
 * Refuses JSON text that nests too deep or holds too many values, before anything is built from it.
 * One pass, no recursion. It does not judge syntax: `JSON.parse` does, afterwards.
 *
 * @throws WireError `tooLarge` or `malformed`.
 */
export function scanJson(text: string, limits: JsonLimits): void {
  // All that matters here is ASCII, which UTF-8 leaves alone. Bytes are read twice as fast as the
  // characters of a line, which is a slice of its pack: 1.5 ns each.
  const bytes = Buffer.from(text);
  const end = bytes.length;
  let depth = 0;
  let nodes = 1;
  for (let at = 0; at < end; at += 1) {
    switch (bytes[at] ?? 0) {
      case QUOTE:
        at = endOfString(bytes, at, end);
        break;
      case COMMA:
        nodes += 1;
        if (nodes > limits.maxNodes) throw tooManyValues(limits.maxNodes);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        nodes += 1;
        if (depth > limits.maxDepth) throw tooLarge(`Nested deeper than ${limits.maxDepth}.`);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        if (closesAtOnce(bytes, at)) nodes -= 1;
        break;
      default:
    }
  }
  if (nodes > limits.maxNodes) throw tooManyValues(limits.maxNodes);
}

/** How often `char` stands in `text`, but no more than `most`. */
function countUpTo(most: number, text: string, char: string): number {
  let count = 0;
  for (let at = text.indexOf(char); at !== -1 && count < most; at = text.indexOf(char, at + 1)) {
    count += 1;
  }
  return count;
}

function tooManyValues(maxNodes: number): WireError {
  return tooLarge(`More than ${maxNodes} values.`);
}

function endOfString(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at += 1) {
    const code = bytes[at];
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  throw malformed('Not JSON: a string does not end.');
}

/** Whether the bracket at `at` closes an empty array or object. Each blank is looked at once. */
function closesAtOnce(bytes: Uint8Array, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isBlank(bytes[before])) before -= 1;
  const code = bytes[before];
  return code === 0x5b || code === 0x7b;
}

function isBlank(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
