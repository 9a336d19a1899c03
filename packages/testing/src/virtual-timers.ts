import type { Timer } from '@replyq/contract/transport';

interface Entry {
  readonly atMs: number;
  readonly priority: number;
  readonly serial: number;
  readonly fire: () => void;
}

/** Timers in the order in which they are due; of the same instant, by priority, then as they were set. */
export class VirtualTimers {
  /** Sorted. A program has few timers, so moving them costs less than a heap's care. */
  readonly #entries: Entry[] = [];
  #serial = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** When the next timer is due, or undefined without one. */
  get nextAtMs(): number | undefined {
    return this.#entries[0]?.atMs;
  }

  set(atMs: number, fire: () => void, priority = 0): Timer {
    const entry: Entry = { atMs, priority, serial: this.#serial, fire };
    this.#serial += 1;
    this.#entries.splice(this.#placeOf(entry), 0, entry);
    return {
      cancel: () => {
        const place = this.#placeOf(entry);
        if (this.#entries[place] === entry) this.#entries.splice(place, 1);
      },
    };
  }

  /** Takes the next timer out. */
  shift(): (() => void) | undefined {
    return this.#entries.shift()?.fire;
  }

  #placeOf(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#entries[middle];
      if (other !== undefined && isBefore(other, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.priority === b.priority ? a.serial < b.serial : a.priority < b.priority;
}
