/** A binary min-heap: `before(a, b)` says that `a` leaves first. */
export class Heap<T> {
  readonly #before: (a: T, b: T) => boolean;
  #items: T[] = [];

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !this.#before(item, parent)) break;
      items[index] = parent;
      index = above;
    }
    items[index] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#sink(last);
    return first;
  }

  /** Throws out every item that `keep` says no to. Costs a rebuild. */
  retain(keep: (item: T) => boolean): void {
    const kept = this.#items.filter((item) => keep(item));
    this.#items = [];
    for (const item of kept) this.push(item);
  }

  /** Puts `item` where the first one was, and down to its place. */
  #sink(item: T): void {
    const items = this.#items;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const l = items[left];
      if (l === undefined) break;
      const r = items[left + 1];
      const right = r !== undefined && this.#before(r, l);
      const child = right ? r : l;
      if (!this.#before(child, item)) break;
      items[index] = child;
      index = right ? left + 1 : left;
    }
    items[index] = item;
  }
}
