import type { ClaimRequest } from './reply-store.ts';

/** A day: longer than anybody repeats a call by hand or by a job, short enough to keep. */
export const DEFAULT_RETENTION_MS = 86_400_000;
/** A caller whose first request is still running asks again so soon. */
const MAX_BUSY_MS = 1000;

/**
 * Whether our stores remember the request. What may run twice without harm is not worth the
 * writing, unless the caller says with a key that it wants the same answer again.
 */
export function isRemembered({ idempotent, payloadHash }: ClaimRequest): boolean {
  return !idempotent || payloadHash !== undefined;
}

/** When to ask again for a key whose run holds its lease for `leaseLeftMs` more. */
export function retryInMs(leaseLeftMs: number): number {
  return Math.max(1, Math.min(leaseLeftMs, MAX_BUSY_MS));
}
