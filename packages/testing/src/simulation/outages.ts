import type { EventLoop } from './event-loop.ts';

/** What cannot be reached: the queue service, or a store that processes share. */
export type OutageOf = 'queues' | 'store';

/**
 * `refuses`: says that it did nothing. `fails`: says nothing of use. `swallows`: never answers.
 * `losesAnswers`: does what it is asked, and nobody hears of it.
 */
export type OutageKind = 'refuses' | 'fails' | 'swallows' | 'losesAnswers';

export interface Outage {
  readonly of: OutageOf;
  readonly how: OutageKind;
  /** Of processes in this slot only. Default: of all. */
  readonly slot?: string;
  readonly forMs: number;
}

/** The times in which nothing gets through. What is on its way when one begins still arrives. */
export class Outages {
  readonly #loop: EventLoop;
  #open: (Outage & { readonly untilMs: number })[] = [];

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  begin(outage: Outage): void {
    this.#open.push({ ...outage, untilMs: this.#loop.nowMs + outage.forMs });
  }

  /** What happens now to what this process asks. */
  of(process: string, of: OutageOf): OutageKind | undefined {
    if (this.#open.length === 0) return undefined;
    this.#open = this.#open.filter(({ untilMs }) => untilMs > this.#loop.nowMs);
    return this.#open.find(
      (outage) =>
        outage.of === of && (outage.slot === undefined || process.startsWith(`${outage.slot}.`)),
    )?.how;
  }

  heal(): void {
    this.#open = [];
  }
}
