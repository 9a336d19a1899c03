import { md5 } from './digests.ts';

/**
 * What is wrong with a body by the MD5 that SQS calculates of what it stored, or undefined. TLS guards the way, this
 * the service and whatever stands between.
 */
export function bodyFault(body: string, md5Told: string | undefined): string | undefined {
  try {
    if (md5Told === md5(body)) return undefined;
    return `Invalid MD5 checksum of the body: ${md5Told ?? 'none'}`;
  } catch (cause) {
    return `MD5 cannot be calculated here: ${String(cause)}`;
  }
}
