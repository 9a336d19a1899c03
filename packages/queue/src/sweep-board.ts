import type { QueueApi } from './queue-api.ts';
import { queueNameOf } from './queue-name.ts';
import type { Failure } from './queue-service.ts';
import { isReserved } from './sweep.ts';
import type { SweepLook } from './sweep-look.ts';
import type { SweepMemory } from './sweep-memory.ts';
import { valueOf } from './sweep-verdict.ts';

/** `<clientId>.<epochMs>`: who began the last sweep, and when. */
export const SWEEP_TAG = 'replyq.sweep';
const MARK = /^[A-Za-z0-9_-]{1,128}\.([1-9]\d{0,14})$/;

/** A mark from further ahead than clocks go wrong is none. */
const MOST_AHEAD_MS = 60_000;

export interface SweepBoardOptions {
  readonly api: QueueApi;
  /** Who marks. */
  readonly clientId: string;
  readonly look: SweepLook;
  readonly memory: SweepMemory;
  readonly prefix: string;
  readonly isOwn: (queue: string) => boolean;
  readonly signal: AbortSignal;
}

export type BoardReading =
  /** How long ago a sweep began; Infinity: as far as anybody knows, never. */
  | { readonly kind: 'board'; readonly queueUrl: string; readonly agoMs: number }
  /** None of the queues was seen to be in use. */
  | { readonly kind: 'none' };

/**
 * The first queue in name order that is in use carries a mark, by which sweepers know of each other. It
 * only saves calls: a lost mark, or two boards, cost a sweep more.
 */
export class SweepBoard {
  readonly #options: SweepBoardOptions;

  constructor(options: SweepBoardOptions) {
    this.#options = options;
  }

  async read(queueUrls: readonly string[]): Promise<BoardReading | Failure> {
    const { isOwn, look, memory, prefix } = this.#options;
    for (const queueUrl of queueUrls) {
      const queue = queueNameOf(queueUrl);
      // What was idle once seldom comes back to life: it is not asked each time.
      if (isReserved(queue, prefix) || memory.wasIdle(queue)) continue;
      const seen = await look.tagsOf(queueUrl);
      if (seen.kind === 'gone') continue;
      if (seen.kind !== 'ok') return seen;
      if (seen.verdict.kind !== 'fresh' && !isOwn(queue)) continue;
      const agoMs = this.#sinceMark(valueOf(seen.tags, SWEEP_TAG));
      return { kind: 'board', queueUrl, agoMs };
    }
    return { kind: 'none' };
  }

  /** Whether it worked is all the same. */
  mark(queueUrl: string): Promise<void> {
    return this.#write(queueUrl, () => Math.round(this.#options.api.serviceNowMs()));
  }

  /** Takes the mark back: who may not delete must not keep others from it. */
  unmark(queueUrl: string): Promise<void> {
    return this.#write(queueUrl, () => 0);
  }

  async #write(queueUrl: string, atMs: () => number): Promise<void> {
    const { api, clientId, look, signal } = this.#options;
    await look.pace.tagCall(() =>
      api.tagQueue(queueUrl, { [SWEEP_TAG]: `${clientId}.${atMs()}` }, { signal }),
    );
  }

  #sinceMark(mark: string | undefined): number {
    const atMs = MARK.exec(mark ?? '')?.[1];
    if (atMs === undefined) return Infinity;
    const agoMs = this.#options.api.serviceNowMs() - Number(atMs);
    return agoMs < -MOST_AHEAD_MS ? Infinity : Math.max(0, agoMs);
  }
}
