import { createHash } from 'node:crypto';
import type { Content } from '@replyq/contract/wire';

/** SHA-256 of a body and how it is to be read, base64url. */
export function payloadHash(content: Content, body: string): string {
  return createHash('sha256').update(`${content}\n`).update(body).digest('base64url');
}
