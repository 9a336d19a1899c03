import { sleep } from '@replyq/contract/transport';
import type { QueueApi } from './queue-api.ts';
import type { Failure } from './queue-service.ts';
import { backoffDelayMs, type Backoff } from './retry.ts';

/** Two tag calls a second: the quota is the account's, 30 a second, and was 5 for years. */
const TAG_CALL_EVERY_MS = 500;

/** Nobody waits for a sweep. */
const SWEEP_BACKOFF: Backoff = { firstMs: 2000, mostMs: 30_000 };
const ATTEMPTS = 5;

/** Leaves the service room for everybody else: tag calls at a rate, and patience with failures that pass. */
export class SweepPace {
  readonly #api: QueueApi;
  readonly #signal: AbortSignal;
  #nextTagCallMs = -Infinity;

  constructor(api: QueueApi, signal: AbortSignal) {
    this.#api = api;
    this.#signal = signal;
  }

  /** ListQueueTags and TagQueue. */
  tagCall<R extends { readonly kind: string }>(
    call: () => Promise<R | Failure>,
  ): Promise<R | Failure> {
    return this.call(async () => {
      const { runtime } = this.#api;
      await this.#pause(this.#nextTagCallMs - runtime.monotonicMs());
      if (this.#signal.aborted) return ABORTED;
      this.#nextTagCallMs = runtime.monotonicMs() + TAG_CALL_EVERY_MS;
      return call();
    });
  }

  async call<R extends { readonly kind: string }>(
    call: () => Promise<R | Failure>,
  ): Promise<R | Failure> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#signal.aborted) return ABORTED;
      const result = await call();
      if (!PASSING.has(result.kind) || attempt === ATTEMPTS) return result;
      await this.#pause(backoffDelayMs(SWEEP_BACKOFF, attempt, () => this.#api.runtime.random()));
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(this.#api.runtime, ms, { signal: this.#signal });
  }
}

const PASSING: ReadonlySet<string> = new Set(['throttled', 'unknown', 'unreachable']);

const ABORTED: Failure = { kind: 'aborted', error: 'The sweep was ended' };
