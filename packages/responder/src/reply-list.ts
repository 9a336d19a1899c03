import { LinkedList, type Linked } from './linked-list.ts';

/** What a {@link ReplyList} links. */
export interface Weighed<T> extends Linked<T> {
  /** What it counts for; stays the same while it is linked. */
  readonly bytes: number;
}

/** Remembered replies in the order in which they came, and what they weigh. */
export class ReplyList<T extends Weighed<T>> {
  readonly #list = new LinkedList<T>();
  /** Of all that is linked. */
  bytes = 0;

  get oldest(): T | undefined {
    return this.#list.oldest;
  }

  add(entry: T): void {
    this.#list.add(entry);
    this.bytes += entry.bytes;
  }

  remove(entry: T): void {
    this.#list.remove(entry);
    this.bytes -= entry.bytes;
  }
}
