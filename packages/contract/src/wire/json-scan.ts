import { malformed, tooLarge, type WireError } from './wire-error.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Refuses JSON text that nests too deep or holds too many values, before anything is built from it.
 * One pass, no recursion. It does not judge syntax: `JSON.parse` does, afterwards.
 *
 * @throws WireError `tooLarge` or `malformed`.
 */
export function scanJson(
  text: string,
  limits: { readonly maxDepth: number; readonly maxNodes: number },
): void {
  let depth = 0;
  let nodes = 1;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
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
        if (closesAtOnce(text, at)) nodes -= 1;
        break;
      default:
    }
  }
  if (nodes > limits.maxNodes) throw tooManyValues(limits.maxNodes);
}

function tooManyValues(maxNodes: number): WireError {
  return tooLarge(`More than ${maxNodes} values.`);
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  throw malformed('Not JSON: a string does not end.');
}

/** Whether the bracket at `at` closes an empty array or object. Each blank is looked at once. */
function closesAtOnce(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isBlank(text.charCodeAt(before))) before -= 1;
  const code = text.charCodeAt(before);
  return code === 0x5b || code === 0x7b;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
