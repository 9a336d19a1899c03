import type { Runtime, Timer } from './runtime.ts';

/** One alarm that was set; give it back to {@link Alarms.cancel}. */
export interface Alarm {
  readonly atMs: number;
  readonly ring: () => void;
  /** Its place in the heap; -1 once it has rung or was cancelled. Owned by {@link Alarms}. */
  index: number;
}

/**
 * Many deadlines on one timer: a binary heap by instant. A pending call costs one small object
 * here and no platform timer of its own.
 */
export class Alarms {
  readonly #runtime: Runtime;
  readonly #keepAlive: boolean;
  readonly #heap: Alarm[] = [];
  #timer: Timer | undefined;
  #timerAtMs = Infinity;

  constructor(runtime: Runtime, options: { readonly keepAlive: boolean }) {
    this.#runtime = runtime;
    this.#keepAlive = options.keepAlive;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Rings once at `atMs` on the monotonic clock. `ring` must not throw. */
  set(atMs: number, ring: () => void): Alarm {
    const alarm: Alarm = { atMs, ring, index: this.#heap.length };
    this.#heap.push(alarm);
    this.#siftUp(alarm);
    if (atMs < this.#timerAtMs) this.#arm();
    return alarm;
  }

  /** Idempotent. The timer of an empty heap is cancelled, so that it keeps no process alive. */
  cancel(alarm: Alarm): void {
    if (alarm.index < 0) return;
    this.#remove(alarm);
    if (this.#heap.length === 0) this.#arm();
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const first = this.#heap[0];
    this.#timerAtMs = first === undefined ? Infinity : first.atMs;
    if (first === undefined) return;
    const delayMs = Math.max(0, first.atMs - this.#runtime.monotonicMs());
    this.#timer = this.#runtime.setTimer(delayMs, () => this.#ringDue(), {
      keepAlive: this.#keepAlive,
    });
  }

  #ringDue(): void {
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
    const nowMs = this.#runtime.monotonicMs();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.atMs > nowMs) break;
      this.#remove(first);
      first.ring();
    }
    this.#arm();
  }

  #remove(alarm: Alarm): void {
    const last = this.#heap.pop();
    const { index } = alarm;
    alarm.index = -1;
    if (last === undefined || last === alarm) return;
    last.index = index;
    this.#heap[index] = last;
    this.#siftUp(last);
    this.#siftDown(last);
  }

  #siftUp(alarm: Alarm): void {
    while (alarm.index > 0) {
      const parent = this.#heap[(alarm.index - 1) >> 1];
      if (parent === undefined || parent.atMs <= alarm.atMs) return;
      this.#swap(parent, alarm);
    }
  }

  #siftDown(alarm: Alarm): void {
    for (;;) {
      const left = this.#heap[2 * alarm.index + 1];
      const right = this.#heap[2 * alarm.index + 2];
      const child =
        right !== undefined && left !== undefined && right.atMs < left.atMs ? right : left;
      if (child === undefined || child.atMs >= alarm.atMs) return;
      this.#swap(alarm, child);
    }
  }

  #swap(a: Alarm, b: Alarm): void {
    const { index } = a;
    a.index = b.index;
    b.index = index;
    this.#heap[a.index] = a;
    this.#heap[b.index] = b;
  }
}
