/** The shortest trip is forgotten after this many, so that a slower network is noticed. */
const WINDOW = 256;

/** How long the service takes to answer at best, as lately seen: the network's part of a request. */
export class ShortestTrip {
  #leastMs = Infinity;
  #leastBeforeMs = Infinity;
  #counted = 0;

  /** Infinity: not known yet. */
  get ms(): number {
    return Math.min(this.#leastMs, this.#leastBeforeMs);
  }

  /** Of a request that waits for nothing. */
  took(ms: number): void {
    this.#leastMs = Math.min(this.#leastMs, ms);
    this.#counted += 1;
    if (this.#counted < WINDOW) return;
    this.#counted = 0;
    this.#leastBeforeMs = this.#leastMs;
    this.#leastMs = Infinity;
  }
}
