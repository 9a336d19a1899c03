import { SHORT_TRIP_MS } from './shortest-trip.ts';

/** The most receives that one inbox has open at once. Each brings up to ten messages. */
const MAX_POLLS = 8;
/** Of these, at most so many because receives came back at once: one that waits, while the others are on their way. */
const MAX_POLLS_AT_ONCE = 4;
/** A receive that took less than this many trips has found its messages waiting. */
const AT_ONCE = 1.5;
/** Receives in a row that had to wait for their messages, until one fewer is open. */
const CALM_RECEIVES = 16;
/** For how many of those a receive counts that was ended by another one's message: it was one too many. */
const CALM_OF_A_SPARE = 4;

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
 * P2: one more, up to four, when it comes back at once though the way is long: its messages came
 *     while nobody listened, and the next ones would wait for as long.
 * P3: back to one when a receive ends empty, and one fewer when many in a row had to wait, or some
 *     came back empty before their time (some servers that stand in for SQS end all for one message).
 */
export class PollPace {
  #wanted = 1;
  #calm = 0;

  get wanted(): number {
    return this.#wanted;
  }

  ended({ askedMessages, messages, tookMs, tripMs, waitMs }: EndedPoll): void {
    if (messages === 0) {
      if (tookMs >= waitMs / 2) this.#wanted = 1;
      else this.#grewCalm(CALM_OF_A_SPARE);
      return;
    }
    const atOnce = tripMs >= SHORT_TRIP_MS && tookMs <= tripMs * AT_ONCE;
    const full = messages >= askedMessages;
    if (full || atOnce) {
      const most = full ? MAX_POLLS : Math.max(MAX_POLLS_AT_ONCE, this.#wanted);
      this.#wanted = Math.min(most, this.#wanted + 1);
      this.#calm = 0;
    } else {
      this.#grewCalm(1);
    }
  }

  failed(): void {
    this.#wanted = 1;
  }

  #grewCalm(receives: number): void {
    this.#calm += receives;
    if (this.#calm < CALM_RECEIVES) return;
    this.#wanted = Math.max(1, this.#wanted - 1);
    this.#calm = 0;
  }
}
