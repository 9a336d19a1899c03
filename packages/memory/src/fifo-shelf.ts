import { Heap } from './heap.ts';
import type { Shelf } from './shelf.ts';
import type { StoredMessage } from './stored-message.ts';

interface Group {
  readonly id: string;
  /** Holds messages that have gone, too, until they come to the top. */
  readonly waiting: Heap<StoredMessage>;
  /** Messages in flight. While there is one the group is locked. */
  readonly held: Set<StoredMessage>;
  /** Whether it stands among the ready groups. A locked group never does. */
  ready: boolean;
  /** The sequence of its first message when it became ready. */
  rank: number;
}

/**
 * A FIFO queue's visible messages. A group is handed out in the order of sends, and only while
 * none of its messages is in flight; groups come by the age of their first message.
 */
export class FifoShelf implements Shelf {
  readonly #groups = new Map<string, Group>();
  readonly #ready = new Heap<Group>((a, b) => a.rank < b.rank);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  isReady(): boolean {
    for (let group = this.#ready.peek(); group !== undefined; group = this.#ready.peek()) {
      const first = firstOf(group);
      if (first?.sequence === group.rank) return true;
      // Its first message has gone: the group stands too early, or for nothing.
      this.#ready.pop();
      group.ready = false;
      this.#settle(group);
    }
    return false;
  }

  put(message: StoredMessage): void {
    const group = this.#groupOf(message);
    group.held.delete(message);
    group.waiting.push(message);
    this.#size += 1;
    this.#settle(group);
  }

  take(max: number, wanted: (message: StoredMessage) => boolean): StoredMessage[] {
    const taken: StoredMessage[] = [];
    while (taken.length < max && this.isReady()) {
      const group = this.#ready.pop();
      if (group === undefined) break;
      group.ready = false;
      this.#takeFrom(group, max, wanted, taken);
      this.#settle(group);
    }
    return taken;
  }

  #takeFrom(
    group: Group,
    max: number,
    wanted: (message: StoredMessage) => boolean,
    taken: StoredMessage[],
  ): void {
    while (taken.length < max) {
      const message = group.waiting.pop();
      if (message === undefined) return;
      if (message.place === 'gone') continue;
      this.#size -= 1;
      if (!wanted(message)) continue;
      group.held.add(message);
      taken.push(message);
    }
  }

  forget(message: StoredMessage): void {
    if (message.place === 'visible') this.#size -= 1;
    const group = this.#groups.get(message.groupId ?? '');
    if (group?.held.delete(message) === true) this.#settle(group);
  }

  sweep(wanted: (message: StoredMessage) => boolean): void {
    this.#size = 0;
    for (const group of this.#groups.values()) {
      group.waiting.retain((message) => message.place !== 'gone' && wanted(message));
      this.#size += group.waiting.size;
    }
  }

  #groupOf(message: StoredMessage): Group {
    const id = message.groupId ?? '';
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const waiting = new Heap<StoredMessage>((a, b) => a.sequence < b.sequence);
    const group: Group = { id, waiting, held: new Set(), ready: false, rank: 0 };
    this.#groups.set(id, group);
    return group;
  }

  /** Makes a group ready, or forgets it, if its messages say so. */
  #settle(group: Group): void {
    if (group.ready || group.held.size > 0) return;
    const first = firstOf(group);
    if (first === undefined) {
      this.#groups.delete(group.id);
      return;
    }
    group.ready = true;
    group.rank = first.sequence;
    this.#ready.push(group);
  }
}

function firstOf(group: Group): StoredMessage | undefined {
  let first = group.waiting.peek();
  while (first?.place === 'gone') {
    group.waiting.pop();
    first = group.waiting.peek();
  }
  return first;
}
