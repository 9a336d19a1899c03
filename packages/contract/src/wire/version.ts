import type { HeaderRecord } from './frame.ts';

/**
 * Whether this side understands enough of the header to act on it: version 1, no critical field but `known`
 * (they begin with `!`), and no `ref`, with which the body would be elsewhere.
 */
export function isSpokenVersion(header: HeaderRecord, known?: string): boolean {
  if (header['v'] !== 1 || Object.hasOwn(header, 'ref')) return false;
  for (const key of Object.keys(header)) {
    if (key.startsWith('!') && key !== known) return false;
  }
  return true;
}
