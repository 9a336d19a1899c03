import { createHash } from 'node:crypto';

/** With the instant behind it, the id has to fit into 128 characters. */
const PLAIN_NAME = /^[\x21-\x7e]{1,90}$/;

/**
 * The deduplication id of a tick: the same in every process, readable where the name is short and plain. Another
 * name or another instant is another id.
 */
export function tickId(name: string, atMs: number): string {
  const at = new Date(atMs).toISOString();
  return PLAIN_NAME.test(name) ? `tick:${name}@${at}` : `tick#${hashOf(name)}@${at}`;
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}
