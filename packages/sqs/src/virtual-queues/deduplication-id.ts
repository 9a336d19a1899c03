import { sha256 } from '../digests.ts';

/** SQS's limit. API reference, SendMessage. */
const MAX_CHARS = 128;

/**
 * The deduplication id on the host queue of a message to one of its virtual queues: what is sent to two of
 * them is never one message twice. Without an id of the sender's, content decides, as SQS itself would do it.
 */
export function scopedDeduplicationId(
  virtualQueue: string,
  given: string | undefined,
  body: string,
): string {
  const scoped = `${scope(virtualQueue)}${given ?? sha256(body)}`;
  return scoped.length <= MAX_CHARS ? scoped : sha256(scoped);
}

/** The sender's own, of a message for this virtual queue; one that was too long for that stays as it is. */
export function ownDeduplicationId(virtualQueue: string, scoped: string): string {
  const before = scope(virtualQueue);
  return scoped.startsWith(before) ? scoped.slice(before.length) : scoped;
}

function scope(virtualQueue: string): string {
  return `${virtualQueue}/`;
}
