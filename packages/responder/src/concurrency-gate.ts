/** Requests per slot that may be held, running or with their replies on their way: what a slow reply queue piles up. */
const HELD_PER_SLOT = 4;

/**
 * Slots for handlers. A slot is free again when its handler has ended; the request is held on until
 * its reply was accepted, and there is a bound on those, too.
 */
export class ConcurrencyGate {
  readonly #size: number;
  #running = 0;
  #held = 0;
  #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Requests that may be taken now. */
  get free(): number {
    return Math.min(this.freeSlots, this.#size * HELD_PER_SLOT - this.#held);
  }

  get freeSlots(): number {
    return this.#size - this.#running;
  }

  get running(): number {
    return this.#running;
  }

  take(): Ticket {
    this.#running += 1;
    this.#held += 1;
    return new Ticket(this);
  }

  handled(): void {
    this.#running -= 1;
    this.#wake();
  }

  settled(): void {
    this.#held -= 1;
    this.#wake();
  }

  /** Resolves when a request may be taken, or when `signal` aborts. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.free <= 0 && !signal.aborted) await this.#change(signal);
  }

  /** Resolves when no request is held, or when `signal` aborts. */
  async empty(signal: AbortSignal): Promise<void> {
    while (this.#held > 0 && !signal.aborted) await this.#change(signal);
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.push(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** One request's slot. */
export class Ticket {
  readonly #gate: ConcurrencyGate;
  #running = true;

  constructor(gate: ConcurrencyGate) {
    this.#gate = gate;
  }

  /** The handler has ended. Idempotent. */
  handled(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#gate.handled();
  }

  /** The request was settled. Once. */
  settled(): void {
    this.handled();
    this.#gate.settled();
  }
}
