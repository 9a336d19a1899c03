import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

// Hashes, and no randomness: node:crypto's one-shot functions cost a fraction of hash objects.

/** Of a text's UTF-8 bytes, in hexadecimal. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

/** SQS's checksum of bodies. Throws where the platform forbids MD5. */
export function md5(text: string): string {
  return hash('md5', text);
}

/** A key that is used often: made from bytes for each hash, it costs seven times the hash. */
export function hmacKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/** A keyed hash, in hexadecimal. */
export function hmacSha256(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Of bytes, as bytes; keyed if there is a key. */
export function sha256Bytes(bytes: Uint8Array, key: KeyObject | undefined): Uint8Array {
  if (key === undefined) return hash('sha256', bytes, 'buffer');
  return createHmac('sha256', key).update(bytes).digest();
}
