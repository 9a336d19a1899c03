/** The shortest trip is forgotten after this long to twice as long, so that a slower network is noticed. */
const WINDOW_MS = 600_000;

/** Less than in any region of AWS; more than to a server on the same machine. */
export const SHORT_TRIP_MS = 5;

/** Requests until code and connections are warm. */
const COLD_TRIPS = 20;

/**
 * How long the service takes to answer at best: the network's part of a request. A busy process
 * sees its own delays in most of them, but hardly in all.
 */
export class ShortestTrip {
  #leastMs = Infinity;
  #leastBeforeMs = Infinity;
  #sinceMs = -Infinity;
  #counted = 0;

  /** So short that a request costs more than the way: a few of them are not worth saving a trip. */
  get areShort(): boolean {
    return this.ms < SHORT_TRIP_MS;
  }

  /** Surely not: the first requests of a process are slow wherever the service is. */
  get areLong(): boolean {
    return this.#counted >= COLD_TRIPS && !this.areShort;
  }

  /** Infinity: not known yet. */
  get ms(): number {
    return Math.min(this.#leastMs, this.#leastBeforeMs);
  }

  /** Of a request that waits for nothing. `nowMs` is monotonic. */
  took(ms: number, nowMs: number): void {
    if (nowMs - this.#sinceMs >= WINDOW_MS) {
      this.#sinceMs = nowMs;
      this.#leastBeforeMs = this.#leastMs;
      this.#leastMs = Infinity;
    }
    this.#counted += 1;
    this.#leastMs = Math.min(this.#leastMs, ms);
  }
}
