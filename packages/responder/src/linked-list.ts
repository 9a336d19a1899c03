/** What a {@link LinkedList} links. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
}

/** Linked entries in the order in which they came; each leaves from wherever it is. */
export class LinkedList<T extends Linked<T>> {
  oldest: T | undefined;
  newest: T | undefined;

  add(entry: T): void {
    entry.before = this.newest;
    if (this.newest === undefined) this.oldest = entry;
    else this.newest.after = entry;
    this.newest = entry;
  }

  remove(entry: T): void {
    const { after, before } = entry;
    if (before === undefined) this.oldest = after;
    else before.after = after;
    if (after === undefined) this.newest = before;
    else after.before = before;
    entry.before = undefined;
    entry.after = undefined;
  }
}
