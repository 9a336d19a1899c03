import type { Runtime } from '@replyq/contract/transport';
import type { HeldFrame } from '../held-message.ts';
import type { QueueInbox } from '../queue-inbox.ts';
import type { VirtualQueue } from './virtual-queue.ts';

export interface HostReaderOptions {
  readonly runtime: Runtime;
  readonly maxWaitMs: number;
  /** Undefined: it cannot be read, and those who wait were told. */
  readonly open: () => Promise<QueueInbox | undefined>;
  /** How many messages there is room for; at least one. */
  readonly room: () => number;
  readonly received: (frames: readonly HeldFrame[]) => void;
  readonly gone: () => void;
}

/** The one loop that reads a host queue, while somebody waits for messages of a virtual queue on it. */
export class HostReader {
  readonly #options: HostReaderOptions;
  /** Those that wait, and some that did. */
  readonly #wanting = new Set<VirtualQueue>();
  #reading = false;
  #stopped = false;
  /** Ends the polls of those who wait now. */
  #wanted = new AbortController();
  #pollEndsAtMs = -Infinity;

  constructor(options: HostReaderOptions) {
    this.#options = options;
  }

  /** When the poll ends that is open; monotonic milliseconds. */
  get pollEndsAtMs(): number {
    return this.#pollEndsAtMs;
  }

  /** X1. */
  read(queue: VirtualQueue): void {
    this.#wanting.add(queue);
    if (this.#reading || this.#stopped) return;
    this.#reading = true;
    void this.#loop().finally(() => {
      this.#reading = false;
      if (this.#isWanted()) this.read(queue);
    });
  }

  /** Who waited has gone away: the poll of the last one is ended, as its own would have been. */
  unwanted(): void {
    if (this.#isWanted()) return;
    this.#wanted.abort();
    this.#wanted = new AbortController();
  }

  /** One receive that waits for nothing. */
  async look(signal: AbortSignal | undefined): Promise<void> {
    const { gone, open, received, room } = this.#options;
    const inbox = await open();
    const found = await inbox?.look(room(), signal);
    if (found?.kind === 'gone') gone();
    if (found?.kind === 'deliveries') received(found.deliveries);
  }

  stop(): void {
    this.#stopped = true;
    this.#wanted.abort();
  }

  async #loop(): Promise<void> {
    const { gone, open, received, room, runtime } = this.#options;
    const inbox = await open();
    if (inbox === undefined) return;
    for (;;) {
      const begin = this.#isWanted();
      const waitMs = begin ? this.#longestWaitMs() : 0;
      if (begin) this.#pollEndsAtMs = runtime.monotonicMs() + waitMs;
      const { signal } = this.#wanted;
      const maxFrames = begin ? room() : Infinity;
      const found = await inbox.receive({ begin, maxFrames, signal, waitMs });
      if (found.kind === 'idle' || found.kind === 'closed') return;
      if (found.kind === 'gone') return gone();
      received(found.deliveries);
      for (const queue of this.#wanting) queue.pollEnded();
    }
  }

  #isWanted(): boolean {
    for (const queue of this.#wanting) {
      if (queue.isWaiting) return true;
      this.#wanting.delete(queue);
    }
    return false;
  }

  /** Whole seconds, as services count: a poll is rather too long than too short. */
  #longestWaitMs(): number {
    const { maxWaitMs, runtime } = this.#options;
    let untilMs = -Infinity;
    for (const { waitsUntilMs } of this.#wanting) untilMs = Math.max(untilMs, waitsUntilMs);
    const waitMs = Math.max(0, untilMs - runtime.monotonicMs());
    return Math.min(Math.ceil(waitMs / 1000) * 1000, maxWaitMs);
  }
}
