import type { Runtime } from '@replyq/contract/transport';

/** The local clock, corrected where the service refuses its time. */
export interface SigningClock {
  nowMs(): number;
  /** Looks at the `Date` of an answer that is a refusal. */
  heed(serviceTimeMs: number | undefined): void;
}

/** SigV4 allows 5 min; a minute less, as in the SDK, leaves room for the way. */
const TOLERATED_SKEW_MS = 240_000;

export function createSigningClock(runtime: Pick<Runtime, 'nowMs'>): SigningClock {
  let offsetMs = 0;
  const nowMs = (): number => runtime.nowMs() + offsetMs;
  return {
    nowMs,
    heed(serviceTimeMs) {
      if (serviceTimeMs === undefined) return;
      if (Math.abs(serviceTimeMs - nowMs()) < TOLERATED_SKEW_MS) return;
      offsetMs = serviceTimeMs - runtime.nowMs();
    },
  };
}
