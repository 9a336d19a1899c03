import type { Runtime } from '@replyq/contract/transport';
import { Heap } from './heap.ts';
import type { Shelf } from './shelf.ts';
import type { StoredMessage } from './stored-message.ts';

/**
 * A standard queue's visible messages, oldest first. With `disorder` d > 0 a message is ranked up
 * to d places too late, afresh each time that it becomes visible: no order, but no starvation.
 */
export class StandardShelf implements Shelf {
  readonly #runtime: Runtime;
  readonly #disorder: number;
  /** Holds messages that have gone, too, until they come to the top. */
  readonly #heap = new Heap<StoredMessage>((a, b) => a.rank < b.rank);
  #size = 0;

  constructor(runtime: Runtime, disorder: number) {
    this.#runtime = runtime;
    this.#disorder = disorder;
  }

  get size(): number {
    return this.#size;
  }

  isReady(): boolean {
    return this.#size > 0;
  }

  put(message: StoredMessage): void {
    message.rank = message.sequence;
    if (this.#disorder > 0) message.rank += this.#runtime.random() * this.#disorder;
    this.#heap.push(message);
    this.#size += 1;
  }

  take(max: number, wanted: (message: StoredMessage) => boolean): StoredMessage[] {
    const taken: StoredMessage[] = [];
    while (taken.length < max) {
      const message = this.#heap.pop();
      if (message === undefined) break;
      if (message.place === 'gone') continue;
      this.#size -= 1;
      if (wanted(message)) taken.push(message);
    }
    return taken;
  }

  forget(message: StoredMessage): void {
    if (message.place === 'visible') this.#size -= 1;
  }

  sweep(wanted: (message: StoredMessage) => boolean): void {
    this.#heap.retain((message) => message.place !== 'gone' && wanted(message));
    this.#size = this.#heap.size;
  }
}
