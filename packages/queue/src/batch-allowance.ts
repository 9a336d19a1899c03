import type { Runtime, Timer } from '@replyq/contract/transport';

/** A batch that is not answered within this time holds up nobody. */
const SLOW_ANSWER_MS = 250;

export interface BatchAllowanceOptions {
  readonly runtime: Runtime;
  /** How many may be on their way at once, asked each time. */
  readonly most: () => number;
  /** Another one may leave, though none has been answered. */
  readonly onReady: () => void;
}

/** When one more batch of a kind may leave. What waits meanwhile leaves together. */
export class BatchAllowance {
  readonly #options: BatchAllowanceOptions;
  /** When those that are on their way have left, in order. */
  readonly #leftAtMs: number[] = [];
  #lastLeftAtMs = -Infinity;
  #timer: Timer | undefined;
  #ringsAtMs = Infinity;

  constructor(options: BatchAllowanceOptions) {
    this.#options = options;
  }

  /** `apartMs`: how long after the last one, at the earliest. */
  mayLeave(apartMs = 0): boolean {
    const { most, runtime } = this.#options;
    const nowMs = runtime.monotonicMs();
    const counted = this.#leftAtMs.filter((atMs) => atMs > nowMs - SLOW_ANSWER_MS);
    const [oldestMs] = counted;
    const full = oldestMs !== undefined && counted.length >= most();
    const atMs = Math.max(full ? oldestMs + SLOW_ANSWER_MS : nowMs, this.#lastLeftAtMs + apartMs);
    if (atMs > nowMs) this.#ring(atMs, nowMs);
    return atMs <= nowMs;
  }

  /** One has left; call what is returned when it was answered. */
  left(): () => void {
    const atMs = this.#options.runtime.monotonicMs();
    this.#leftAtMs.push(atMs);
    this.#lastLeftAtMs = atMs;
    this.end();
    return () => {
      this.#leftAtMs.splice(this.#leftAtMs.indexOf(atMs), 1);
      this.end();
    };
  }

  /** Nothing waits any more. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#ringsAtMs = Infinity;
  }

  #ring(atMs: number, nowMs: number): void {
    if (atMs >= this.#ringsAtMs) return;
    this.end();
    this.#ringsAtMs = atMs;
    const ring = (): void => {
      this.end();
      this.#options.onReady();
    };
    // What waits is on nobody's socket yet: it has nothing else to keep the process alive.
    this.#timer = this.#options.runtime.setTimer(atMs - nowMs, ring, { keepAlive: true });
  }
}
