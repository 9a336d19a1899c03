import type { Runtime, Timer } from '@replyq/contract/transport';

/** A batch that is not answered within this time holds up nobody. */
const SLOW_ANSWER_MS = 250;

export interface BatchAllowanceOptions {
  readonly runtime: Runtime;
  /** How many may be on their way at once, asked each time. */
  readonly most: () => number;
  /** Another one may leave, though none has been answered. */
  readonly onSlow: () => void;
}

/** When one more batch of a kind may leave. What waits meanwhile leaves together. */
export class BatchAllowance {
  readonly #options: BatchAllowanceOptions;
  /** When those that are on their way have left, in order. */
  readonly #leftAtMs: number[] = [];
  #timer: Timer | undefined;

  constructor(options: BatchAllowanceOptions) {
    this.#options = options;
  }

  mayLeave(): boolean {
    const { most, onSlow, runtime } = this.#options;
    const sinceMs = runtime.monotonicMs() - SLOW_ANSWER_MS;
    const counted = this.#leftAtMs.filter((atMs) => atMs > sinceMs);
    const [oldestMs] = counted;
    if (oldestMs === undefined || counted.length < most()) return true;
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
