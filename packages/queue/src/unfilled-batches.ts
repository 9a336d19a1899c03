import type { Runtime, Timer } from '@replyq/contract/transport';
import type { ShortestTrip } from './shortest-trip.ts';

/** Batches on their way that are not full: at most so many, however long the way is. */
const MOST = 4;
/** Over a short way: who waits, waits a few milliseconds and leaves with others. Two, so that both sides have work. */
const MOST_OVER_A_SHORT_WAY = 2;
/** A batch that is not answered within this time holds up nobody. */
const SLOW_ANSWER_MS = 250;

export interface UnfilledBatchesOptions {
  readonly runtime: Runtime;
  readonly trips: ShortestTrip;
  /** Another one may leave, though none has been answered. */
  readonly onSlow: () => void;
}

/** When a batch may leave that is not full: what waits meanwhile leaves together. */
export class UnfilledBatches {
  readonly #options: UnfilledBatchesOptions;
  /** When those that are on their way have left, in order. */
  readonly #leftAtMs: number[] = [];
  #timer: Timer | undefined;

  constructor(options: UnfilledBatchesOptions) {
    this.#options = options;
  }

  mayLeave(): boolean {
    const { onSlow, runtime, trips } = this.#options;
    const most = trips.areShort ? MOST_OVER_A_SHORT_WAY : MOST;
    const sinceMs = runtime.monotonicMs() - SLOW_ANSWER_MS;
    const counted = this.#leftAtMs.filter((atMs) => atMs > sinceMs);
    const [oldestMs] = counted;
    if (oldestMs === undefined || counted.length < most) return true;
    const slowInMs = oldestMs - sinceMs;
    this.#timer ??= runtime.setTimer(slowInMs, () => {
      this.#timer = undefined;
      onSlow();
    });
    return false;
  }

  /** One has left; call what is returned when it was answered. */
  left(): () => void {
    const atMs = this.#options.runtime.monotonicMs();
    this.#leftAtMs.push(atMs);
    return () => {
      this.#leftAtMs.splice(this.#leftAtMs.indexOf(atMs), 1);
      this.end();
    };
  }

  /** Nothing waits for a slow answer any more. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
