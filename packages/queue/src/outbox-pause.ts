import type { Runtime, Timer } from '@replyq/contract/transport';

export interface OutboxPauseOptions {
  readonly runtime: Runtime;
  /** When the next frame that waits is over; Infinity: none waits. */
  readonly earliestDeadlineMs: () => number;
  /** Some deadlines have come, and perhaps the end of the pause, too. `error` is what led to it. */
  readonly onDeadlines: (nowMs: number, error: string) => void;
}

interface Pause {
  readonly untilMs: number;
  readonly ringsAtMs: number;
  readonly error: string;
  readonly timer: Timer;
}

/**
 * The pause of an outbox after a failure: one for all its frames. It rings when it is over, and
 * before that whenever the deadline of a frame comes, so that outcomes are not late.
 */
export class OutboxPause {
  readonly #options: OutboxPauseOptions;
  #pause: Pause | undefined;
  #resume: (() => void) | undefined;

  constructor(options: OutboxPauseOptions) {
    this.#options = options;
  }

  get active(): boolean {
    return this.#pause !== undefined;
  }

  /** Resolves when the pause is over, or was ended. A new one ends the one before. */
  wait(delayMs: number, error: string): Promise<void> {
    this.end();
    const { earliestDeadlineMs, runtime } = this.#options;
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#until(runtime.monotonicMs() + delayMs, earliestDeadlineMs(), error);
    });
  }

  /** A frame that comes in the pause may be over before it. */
  ringBy(deadlineMs: number): void {
    const pause = this.#pause;
    if (pause === undefined || deadlineMs >= pause.ringsAtMs) return;
    pause.timer.cancel();
    this.#until(pause.untilMs, deadlineMs, pause.error);
  }

  end(): void {
    this.#pause?.timer.cancel();
    this.#pause = undefined;
    this.#resume?.();
    this.#resume = undefined;
  }

  #until(untilMs: number, deadlineMs: number, error: string): void {
    const { earliestDeadlineMs, onDeadlines, runtime } = this.#options;
    const ringsAtMs = Math.min(untilMs, deadlineMs);
    const ring = (): void => {
      const nowMs = runtime.monotonicMs();
      onDeadlines(nowMs, error);
      if (nowMs < untilMs) this.#until(untilMs, earliestDeadlineMs(), error);
      else this.end();
    };
    const timer = runtime.setTimer(ringsAtMs - runtime.monotonicMs(), ring, { keepAlive: true });
    this.#pause = { untilMs, ringsAtMs, error, timer };
  }
}
