import type { HeaderRecord } from './frame.ts';
import { escapeForSqs } from './sqs-text.ts';
import { isRecord, parseStrictJson } from './strict-json.ts';
import { malformed, tooLarge } from './wire-error.ts';
import type { WireLimits } from './wire-limits.ts';

/** One line, in SQS's character set. */
export function formatHeader(header: HeaderRecord): string {
  return escapeForSqs(JSON.stringify(header));
}

/**
 * A header's JSON object, its keys checked, its fields not.
 *
 * @throws WireError
 */
export function parseHeader(text: string, limits: WireLimits): HeaderRecord {
  if (text.length > limits.maxHeaderChars) {
    throw tooLarge(`A header of more than ${limits.maxHeaderChars} characters.`);
  }
  const header = parseStrictJson(text, { ...limits, maxDepth: limits.maxHeaderDepth });
  if (!isRecord(header)) throw malformed('A header that is not an object.');
  return header;
}
