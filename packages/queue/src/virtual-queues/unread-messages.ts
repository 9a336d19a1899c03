import type { HeldFrame } from '../held-message.ts';
import { messageBytes } from '../message-bytes.ts';

/** Messages of one host queue that wait in memory, over all its virtual queues. */
export class UnreadTotal {
  messages = 0;
  bytes = 0;
}

/** The messages of one virtual queue that were received and that nobody has read yet, in order. */
export class UnreadMessages {
  readonly #total: UnreadTotal;
  #frames: HeldFrame[] = [];

  constructor(total: UnreadTotal) {
    this.#total = total;
  }

  get size(): number {
    return this.#frames.length;
  }

  add(frame: HeldFrame): void {
    this.#frames.push(frame);
    this.#total.messages += 1;
    this.#total.bytes += messageBytes(frame.held.message);
  }

  /** The first ones, at most `max`. */
  take(max: number): readonly HeldFrame[] {
    const taken = this.#frames.splice(0, max);
    for (const { held } of taken) {
      this.#total.messages -= 1;
      this.#total.bytes -= messageBytes(held.message);
    }
    return taken;
  }
}
