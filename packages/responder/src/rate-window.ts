import { RpcError } from '@replyq/contract';
import { inRange, integerInRange, type Runtime } from '@replyq/contract/transport';

export interface RateLimit {
  /** Handlers that may begin within any `perMs`: 1 to 100,000. All of them may begin at once. */
  readonly limit: number;
  /** 1 ms to 1 h. For an even flow of 100 a second say `{ limit: 1, perMs: 10 }`. */
  readonly perMs: number;
}

/** Throws an `RpcError` BAD_REQUEST that quotes the bad value with its bounds. */
export function resolveRateLimit(rateLimit: RateLimit): RateLimit {
  if (typeof rateLimit !== 'object' || rateLimit === null) {
    const message = `rateLimit is ${String(rateLimit)}: expected { limit, perMs }.`;
    throw new RpcError({ code: 'BAD_REQUEST', message });
  }
  const { limit, perMs } = rateLimit;
  return {
    limit: integerInRange('rateLimit.limit', limit, 1, 100_000),
    perMs: inRange('rateLimit.perMs', perMs, 1, 3_600_000),
  };
}

/**
 * When the last ones began. Unlike a bucket that refills, it never lets more than `limit` begin in any
 * stretch of `perMs`, wherever that begins.
 */
export class RateWindow {
  readonly runtime: Runtime;
  readonly #perMs: number;
  /** A ring of the times, oldest first. */
  readonly #beganMs: Float64Array;
  #first = 0;
  #count = 0;

  constructor({ limit, perMs }: RateLimit, runtime: Runtime) {
    this.runtime = runtime;
    this.#perMs = perMs;
    this.#beganMs = new Float64Array(limit);
  }

  get limit(): number {
    return this.#beganMs.length;
  }

  /** How many may begin now. */
  get free(): number {
    const nowMs = this.runtime.monotonicMs();
    while (this.#count > 0 && nowMs - this.#at(0) >= this.#perMs) {
      this.#first = (this.#first + 1) % this.#beganMs.length;
      this.#count -= 1;
    }
    return this.#beganMs.length - this.#count;
  }

  /** Until one may begin; 0: now. At least a timer's 1 ms otherwise: sums of fractions are not exact. */
  get waitMs(): number {
    if (this.free > 0) return 0;
    return Math.max(1, this.#at(0) + this.#perMs - this.runtime.monotonicMs());
  }

  /** One begins now, at `nowMs`. Only while there is one {@link free}. */
  take(nowMs: number): void {
    this.#set(this.#count, nowMs);
    this.#count += 1;
  }

  /** The one that was taken then has not begun after all. It is mostly the newest. */
  undo(takenMs: number): void {
    let index = this.#count - 1;
    while (index >= 0 && this.#at(index) !== takenMs) index -= 1;
    if (index < 0) return;
    for (; index < this.#count - 1; index += 1) this.#set(index, this.#at(index + 1));
    this.#count -= 1;
  }

  #at(index: number): number {
    return this.#beganMs[(this.#first + index) % this.#beganMs.length] ?? 0;
  }

  #set(index: number, beganMs: number): void {
    this.#beganMs[(this.#first + index) % this.#beganMs.length] = beganMs;
  }
}
