import { isForbiddenKey } from './json-walk.ts';
import { isRecord } from './strict-json.ts';
import { malformed, tooLarge } from './wire-error.ts';
import type { WireLimits } from './wire-limits.ts';

/**
 * A caller's metadata: texts by name, few and short.
 *
 * @throws WireError
 */
export function readMetadata(
  meta: unknown,
  limits: Pick<WireLimits, 'maxMetaEntries' | 'maxMetaBytes'>,
): Readonly<Record<string, string>> {
  if (!isRecord(meta)) throw malformed('Metadata is an object of texts.');
  const result: Record<string, string> = {};
  let bytes = 0;
  for (const [key, value] of Object.entries(meta)) {
    if (typeof value !== 'string' || isForbiddenKey(key)) {
      throw malformed('Metadata is an object of texts.');
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (bytes > limits.maxMetaBytes) {
      throw tooLarge(`Metadata of more than ${limits.maxMetaBytes} bytes.`);
    }
    result[key] = value;
  }
  if (Object.keys(result).length > limits.maxMetaEntries) {
    throw tooLarge(`Metadata of more than ${limits.maxMetaEntries} entries.`);
  }
  return result;
}
