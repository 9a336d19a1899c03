/** Remembers so many keys, those that were set last; one more forgets the oldest. */
export class RecentMap<TValue> {
  readonly #most: number;
  readonly #values = new Map<string, TValue>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): TValue | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: TValue): void {
    // To the end: the oldest is first.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#most) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
