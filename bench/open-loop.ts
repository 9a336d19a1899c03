import { Worker } from 'node:worker_threads';
import { assertAnswer } from './closed-loops.ts';
import type { CallMeter } from './call-meter.ts';
import { sharedNowMs } from './shared-clock.ts';
import type { Asker } from './subjects/subject.ts';

/** Nonces of several loops of one process must differ. */
const NONCES_PER_LOOP = 1e9;
let loops = 0;

export interface OpenLoopOptions {
  readonly perSecond: number;
  readonly payloadBytes: number;
  readonly jitter: boolean;
}

/**
 * Calls that begin when they should, whether or not the last one was answered. Their latency counts
 * from the moment at which they should have begun.
 */
export class OpenLoop {
  readonly #asker: Asker;
  readonly #meter: CallMeter;
  #pacer: Worker | undefined;
  #nonce = (loops += 1) * NONCES_PER_LOOP;
  readonly #open = new Set<Promise<void>>();

  constructor(asker: Asker, meter: CallMeter) {
    this.#asker = asker;
    this.#meter = meter;
  }

  start({ perSecond, payloadBytes, jitter }: OpenLoopOptions): void {
    // Of a thread of its own: this one's timers are a millisecond late, which is half a call.
    this.#pacer = new Worker(new URL('pacer.ts', import.meta.url), {
      workerData: { intervalMs: 1000 / perSecond, jitter },
    });
    this.#pacer.on('message', (intendedMs: number) => {
      const call = this.#call(intendedMs, payloadBytes);
      this.#open.add(call);
      void call.then(() => this.#open.delete(call));
    });
  }

  /** Resolves when all open calls have settled. */
  async stop(): Promise<void> {
    await this.#pacer?.terminate();
    await Promise.all(this.#open);
  }

  /** `intendedMs` is by the clock that all threads share. */
  async #call(intendedMs: number, payloadBytes: number): Promise<void> {
    const nonce = (this.#nonce += 1);
    try {
      assertAnswer(nonce, await this.#asker.ask(nonce, payloadBytes));
      this.#meter.answered(sharedNowMs() - intendedMs);
    } catch (error) {
      this.#meter.failed(error);
    }
  }
}
