/** Slots for handlers. Who takes one gives it back exactly once. */
export class ConcurrencyGate {
  readonly #size: number;
  #taken = 0;
  #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  get free(): number {
    return this.#size - this.#taken;
  }

  get taken(): number {
    return this.#taken;
  }

  take(): void {
    this.#taken += 1;
  }

  giveBack(): void {
    this.#taken -= 1;
    this.#wake();
  }

  /** Resolves when a slot is free, or when `signal` aborts. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.free <= 0 && !signal.aborted) await this.#change(signal);
  }

  /** Resolves when no slot is taken, or when `signal` aborts. */
  async empty(signal: AbortSignal): Promise<void> {
    while (this.#taken > 0 && !signal.aborted) await this.#change(signal);
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
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
