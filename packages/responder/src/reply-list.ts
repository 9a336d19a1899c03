/** What a {@link ReplyList} links. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
  /** What it counts for; stays the same while it is linked. */
  bytes: number;
}

/** Linked entries in the order in which they came; each leaves from wherever it is. */
export class ReplyList<T extends Linked<T>> {
  #newest: T | undefined;
  oldest: T | undefined;
  /** Of all that is linked. */
  bytes = 0;

  add(entry: T): void {
    entry.before = this.#newest;
    if (this.#newest === undefined) this.oldest = entry;
    else this.#newest.after = entry;
    this.#newest = entry;
    this.bytes += entry.bytes;
  }

  remove(entry: T): void {
    const { after, before } = entry;
    if (before === undefined) this.oldest = after;
    else before.after = after;
    if (after === undefined) this.#newest = before;
    else after.before = before;
    this.bytes -= entry.bytes;
    entry.before = undefined;
    entry.after = undefined;
  }
}
