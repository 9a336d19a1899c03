import { createHash } from 'node:crypto';
import type { BoundProcedure } from '@replyq/contract';

/**
 * The id that a FIFO queue compares: a procedure's own, since the queue knows nothing of procedures. Hashed, to be of
 * the length and the characters that it takes.
 */
export function scopedDeduplicationId({ contract, path }: BoundProcedure, id: string): string {
  return createHash('sha256')
    .update(JSON.stringify([contract, path, id]))
    .digest('base64url');
}
