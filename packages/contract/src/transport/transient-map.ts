/** So many have gone at least, until the rest moves. */
const LEAST_GONE = 64;

/**
 * A map whose entries come and go all the time. In a plain `Map` they cost the garbage collector dearly: V8
 * gives it a new table each time that the old one is full of what was deleted, and the old table leads to
 * the new one. Once one of them is old enough to be collected rarely, all that ever stands in its successors
 * is kept until then, and copied: a hundred times the work. So the rest moves to a new `Map` from time to
 * time, to which nothing leads; on the average each entry moves once.
 *
 * It is walked as it is when the walk begins, without what leaves meanwhile.
 */
export class TransientMap<TKey, TValue> {
  #map = new Map<TKey, TValue>();
  /** Since the last move. */
  #gone = 0;

  get size(): number {
    return this.#map.size;
  }

  has(key: TKey): boolean {
    return this.#map.has(key);
  }

  get(key: TKey): TValue | undefined {
    return this.#map.get(key);
  }

  set(key: TKey, value: TValue): void {
    this.#map.set(key, value);
  }

  /** Whether it was there. */
  delete(key: TKey): boolean {
    if (!this.#map.delete(key)) return false;
    this.#gone += 1;
    if (this.#gone >= LEAST_GONE && this.#gone >= this.#map.size) this.#move();
    return true;
  }

  clear(): void {
    this.#map = new Map();
    this.#gone = 0;
  }

  *keys(): Generator<TKey, undefined, undefined> {
    const all = [...this.#map.keys()];
    for (const key of all) if (this.#map.has(key)) yield key;
  }

  *values(): Generator<TValue, undefined, undefined> {
    for (const key of this.keys()) yield this.#map.get(key) as TValue;
  }

  #move(): void {
    this.#map = new Map(this.#map);
    this.#gone = 0;
  }
}

/** As a {@link TransientMap}, of what is its own key. */
export class TransientSet<T> {
  readonly #members = new TransientMap<T, true>();

  get size(): number {
    return this.#members.size;
  }

  has(member: T): boolean {
    return this.#members.has(member);
  }

  add(member: T): void {
    this.#members.set(member, true);
  }

  /** Whether it was there. */
  delete(member: T): boolean {
    return this.#members.delete(member);
  }

  [Symbol.iterator](): Generator<T, undefined, undefined> {
    return this.#members.keys();
  }
}
