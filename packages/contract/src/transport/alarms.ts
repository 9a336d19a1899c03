import type { Runtime, Timer } from './runtime.ts';

/** What rings once; give it back to {@link Alarms.cancel}. */
export interface Alarm {
  /** On the monotonic clock. */
  readonly atMs: number;
  /** Its place in the heap; -1 before it is set, and once it has rung or was cancelled. Owned by {@link Alarms}. */
  index: number;
  /** Must not throw. */
  ring(): void;
}

/**
 * Many deadlines on one timer: a binary heap by instant. What has a deadline may be the alarm itself:
 * it then costs a place here, and neither an object nor a platform timer of its own.
 */
export class Alarms {
  readonly #runtime: Runtime;
  readonly #keepAlive: boolean;
  readonly #heap: Alarm[] = [];
  #timer: Timer | undefined;
  #timerAtMs = Infinity;
  #closed = false;

  constructor(runtime: Runtime, options: { readonly keepAlive: boolean }) {
    this.#runtime = runtime;
    this.#keepAlive = options.keepAlive;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Rings once at `atMs` on the monotonic clock. `ring` must not throw. */
  set(atMs: number, ring: () => void): Alarm {
    const alarm: Alarm = { atMs, ring, index: -1 };
    this.add(alarm);
    return alarm;
  }

  /** Sets an alarm that the caller has made; its `index` is -1. */
  add(alarm: Alarm): void {
    if (this.#closed) return;
    this.#heap.push(alarm);
    this.#siftUp(alarm, this.#heap.length - 1);
    if (alarm.atMs < this.#timerAtMs) this.#arm();
  }

  /** Idempotent. The timer of an empty heap is cancelled, so that it keeps no process alive. */
  cancel(alarm: Alarm): void {
    if (alarm.index < 0) return;
    this.#remove(alarm);
    if (this.#heap.length === 0) this.#arm();
  }

  /** Cancels all. What is set later does not ring. */
  close(): void {
    this.#closed = true;
    for (const alarm of this.#heap.splice(0)) alarm.index = -1;
    this.#arm();
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
    const { index } = alarm;
    alarm.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === alarm) return;
    const parent = this.#heap[(index - 1) >> 1];
    if (index > 0 && parent !== undefined && last.atMs < parent.atMs) this.#siftUp(last, index);
    else this.#siftDown(last, index);
  }

  /** Moves what is later out of the way, from the gap at `index` up, and puts `alarm` there. */
  #siftUp(alarm: Alarm, index: number): void {
    let gap = index;
    while (gap > 0) {
      const above = (gap - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.atMs <= alarm.atMs) break;
      this.#put(parent, gap);
      gap = above;
    }
    this.#put(alarm, gap);
  }

  /** Moves what is earlier out of the way, from the gap at `index` down, and puts `alarm` there. */
  #siftDown(alarm: Alarm, index: number): void {
    let gap = index;
    for (;;) {
      let below = 2 * gap + 1;
      let child = this.#heap[below];
      const right = this.#heap[below + 1];
      if (child !== undefined && right !== undefined && right.atMs < child.atMs) {
        child = right;
        below += 1;
      }
      if (child === undefined || child.atMs >= alarm.atMs) break;
      this.#put(child, gap);
      gap = below;
    }
    this.#put(alarm, gap);
  }

  #put(alarm: Alarm, index: number): void {
    alarm.index = index;
    this.#heap[index] = alarm;
  }
}
