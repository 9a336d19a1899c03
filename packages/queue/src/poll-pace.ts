/** The most receives that one inbox has open at once. Each brings up to ten messages. */
const MAX_POLLS = 8;
/** A shorter way to the service is not worth hiding: a second receive would cost more than it saves. */
const SHORT_TRIP_MS = 3;
/** A receive that took less than this many trips has found its messages waiting. */
const AT_ONCE = 1.5;
/** Receives in a row that had to wait for their messages, until one fewer is open. */
const CALM_RECEIVES = 16;

export interface EndedPoll {
  readonly askedMessages: number;
  readonly messages: number;
  readonly tookMs: number;
  /** How long it might have waited. */
  readonly waitMs: number;
  /** How long the service takes to answer at best. */
  readonly tripMs: number;
}

/**
 * How many receives of one queue should be open. One, for as long as one keeps up: it is all that an
 * idle queue is billed for.
 *
 * P1: one more when a receive comes back full.
 * P2: one more when it comes back at once though the way is long: its messages came while nobody
 *     listened, and the next ones would wait for as long.
 * P3: back to one when a receive ends empty, and one fewer when many in a row had to wait.
 */
export class PollPace {
  #wanted = 1;
  #calm = 0;

  get wanted(): number {
    return this.#wanted;
  }

  ended({ askedMessages, messages, tookMs, tripMs, waitMs }: EndedPoll): void {
    if (messages === 0) {
      // Empty before its time: another receive got the message, and says what that means.
      if (tookMs >= waitMs / 2) this.#wanted = 1;
      return;
    }
    const atOnce = tripMs >= SHORT_TRIP_MS && tookMs <= tripMs * AT_ONCE;
    if (messages >= askedMessages || atOnce) {
      this.#wanted = Math.min(MAX_POLLS, this.#wanted + 1);
      this.#calm = 0;
    } else if ((this.#calm += 1) >= CALM_RECEIVES) {
      this.#wanted = Math.max(1, this.#wanted - 1);
      this.#calm = 0;
    }
  }

  failed(): void {
    this.#wanted = 1;
  }
}
