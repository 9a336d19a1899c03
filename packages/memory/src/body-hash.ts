// oxlint-disable-next-line no-restricted-imports -- a hash draws no randomness: the same in every run
import { createHash } from 'node:crypto';

/** The deduplication id that SQS makes of a body when the sender gave none: SHA-256, in hex. */
export function bodyHash(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
