/** What of a slower call counts. A faster one counts at once, and whole. */
const WEIGHT_OF_SLOWER = 1 / 16;

/** Procedures are the caller's own, but there may be any number; one more forgets all. */
const MAX_PROCEDURES = 1000;

/** How long the fastest of a procedure's latest calls took. */
export class CallTime {
  ms = 0;

  took(ms: number): void {
    this.ms += ms < this.ms ? ms - this.ms : (ms - this.ms) * WEIGHT_OF_SLOWER;
  }
}

/** How long calls take, by procedure. */
export class CallTimes {
  readonly #times = new Map<string, CallTime>();

  of(procedure: string): CallTime {
    const known = this.#times.get(procedure);
    if (known !== undefined) return known;
    if (this.#times.size >= MAX_PROCEDURES) this.#times.clear();
    const time = new CallTime();
    this.#times.set(procedure, time);
    return time;
  }
}
