import type { Runtime, Timer } from '@replyq/contract/transport';

/** Between two that are told of one run: each costs a share of three requests, and nobody looks more often. */
const GAP_MS = 1000;

export interface ProgressReportsOptions {
  readonly runtime: Runtime;
  /** `seq` grows from one to the next, also over the runs of one task. Never rejects. */
  readonly tell: (value: unknown, seq: number) => Promise<void>;
  /** By the queue's clock, when the run began: past all that the runs before it have told, wherever they were. */
  readonly beganAtMs: number;
}

/**
 * What one run tells of itself: the first value at once, then the newest, after a gap and only when the one before
 * is on its way or lost. Values that are passed over cost nothing.
 */
export class ProgressReports {
  readonly #options: ProgressReportsOptions;
  readonly #beganMs: number;
  #newest: { readonly value: unknown } | undefined;
  #gap: Timer | undefined;
  #telling = false;
  #ended = false;
  #lastSeq = 0;

  constructor(options: ProgressReportsOptions) {
    this.#options = options;
    this.#beganMs = options.runtime.monotonicMs();
  }

  report(value: unknown): void {
    if (this.#ended) return;
    this.#newest = { value };
    if (this.#gap === undefined && !this.#telling) void this.#tell();
  }

  /** The run is over: what was not told yet is not told any more. */
  end(): void {
    this.#ended = true;
    this.#newest = undefined;
    this.#gap?.cancel();
  }

  async #tell(): Promise<void> {
    const { beganAtMs, runtime, tell } = this.#options;
    const newest = this.#newest;
    if (newest === undefined) return;
    this.#newest = undefined;
    this.#telling = true;
    this.#gap = runtime.setTimer(GAP_MS, () => {
      this.#gap = undefined;
      if (!this.#telling) void this.#tell();
    });
    const nowMs = Math.round(beganAtMs + runtime.monotonicMs() - this.#beganMs);
    this.#lastSeq = Math.max(this.#lastSeq + 1, nowMs);
    await tell(newest.value, this.#lastSeq);
    this.#telling = false;
    if (this.#gap === undefined) void this.#tell();
  }
}
