import type { Runtime } from '@replyq/contract/transport';

export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Sends and settlements: a throttled queue recovers within a second or so, and calls have deadlines. */
export const SEND_BACKOFF: Backoff = { firstMs: 50, mostMs: 2000 };

/** Pollers: 20 s is the pause that an idle poller makes anyway. */
export const RECEIVE_BACKOFF: Backoff = { firstMs: 200, mostMs: 20_000 };

/** Full jitter: uniform below an exponentially growing bound. `failures` counts from 1. */
export function backoffDelayMs(backoff: Backoff, failures: number, random: () => number): number {
  const bound = Math.min(backoff.mostMs, backoff.firstMs * 2 ** Math.min(failures - 1, 20));
  return random() * bound;
}

/** Burst of retries, and how many come back per second. */
const BURST = 10;
/** A tenth of a retry is earned by each success. */
const EARNED_PER_SUCCESS = 0.1;
/** The longest that anybody waits for want of budget: an outage must not be paid for after it is over. */
const MOST_DEBT_MS = 2000;

/**
 * A token bucket that keeps retries from feeding an overload: at most 10 % of successes plus ten a
 * second. Who finds it empty waits longer; nothing is given up for want of budget.
 */
export class RetryBudget {
  readonly #runtime: Runtime;
  #tokens = BURST;
  #earned = 0;
  #refilledAtMs: number;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#refilledAtMs = runtime.monotonicMs();
  }

  succeeded(): void {
    this.#earned = Math.min(1000, this.#earned + EARNED_PER_SUCCESS);
  }

  /** How long to wait beyond the back-off before the next retry; takes a token at once. */
  takeDelayMs(): number {
    const nowMs = this.#runtime.monotonicMs();
    const refill = ((nowMs - this.#refilledAtMs) / 1000) * BURST;
    this.#refilledAtMs = nowMs;
    this.#tokens = Math.min(BURST, this.#tokens + refill);
    if (this.#earned >= 1) {
      this.#earned -= 1;
      return 0;
    }
    this.#tokens = Math.max(this.#tokens - 1, (-MOST_DEBT_MS / 1000) * BURST);
    return this.#tokens >= 0 ? 0 : (-this.#tokens / BURST) * 1000;
  }
}
