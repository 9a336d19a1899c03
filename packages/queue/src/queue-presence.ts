/** How long a queue that has just answered `gone` for good is not asked again. */
const GONE_FOR_MS = 60_000;

/** Whether the queue of an outbox exists, as far as its sends have told. */
export class QueuePresence {
  /** `gone` means "not yet" for this long after a frame's first attempt. */
  readonly #graceMs: number;
  /** When it first took a message, and so was there to be seen by all. */
  #firstAcceptedMs = Infinity;
  #goneUntilMs = -Infinity;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  accepted(nowMs: number): void {
    this.#firstAcceptedMs = Math.min(this.#firstAcceptedMs, nowMs);
  }

  /** Whether the queue was too young for an attempt of then; however late its answer is. */
  wasTooYoung(attemptedMs: number, firstSentAtMs: number | undefined): boolean {
    const untilMs = Math.min(this.#firstAcceptedMs, (firstSentAtMs ?? attemptedMs) + this.#graceMs);
    return attemptedMs < untilMs;
  }

  /** It does not exist. True: whoever is asked for its URL now may find another one. */
  becameGone(nowMs: number): boolean {
    if (this.#graceMs === 0) return true;
    this.#goneUntilMs = nowMs + GONE_FOR_MS;
    return false;
  }

  isGone(nowMs: number): boolean {
    return nowMs < this.#goneUntilMs;
  }
}
