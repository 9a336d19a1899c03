import type { Runtime } from '@replyq/contract/transport';
import { VirtualQueueEnded, type VirtualQueueEnd } from './virtual-queue-ended.ts';

interface Waiting {
  readonly untilMs: number;
  readonly wake: () => void;
  readonly fail: (end: VirtualQueueEnd) => void;
}

/** How long a receive outstays its time for the answer of a poll that ends just then. */
const GRACE_MS = 1000;

/** The receives that wait for messages of one virtual queue. */
export class WaitingReceives {
  readonly #runtime: Runtime;
  readonly #waiting = new Set<Waiting>();
  readonly #looking = new Set<Waiting['fail']>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Of the one that waits longest; monotonic milliseconds. */
  get untilMs(): number {
    let latestMs = -Infinity;
    for (const { untilMs } of this.#waiting) latestMs = Math.max(latestMs, untilMs);
    return latestMs;
  }

  /**
   * Resolves when it should look again, or its time is over. A reply of the last moment is not lost: while
   * `pollEndsAtMs` is near, its answer is waited for. Rejects with `VirtualQueueEnded`.
   */
  wait(
    untilMs: number,
    pollEndsAtMs: () => number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const runtime = this.#runtime;
      const end = (): void => {
        timer.cancel();
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        untilMs,
        wake: () => (end(), resolve()),
        fail: (why) => (end(), reject(new VirtualQueueEnded(why))),
      };
      const onAbort = (): void => waiting.fail({ kind: 'aborted' });
      const remainingMs = Math.max(0, untilMs - runtime.monotonicMs());
      let timer = runtime.setTimer(
        remainingMs,
        () => {
          const endsInMs = pollEndsAtMs() - runtime.monotonicMs();
          if (Math.abs(endsInMs) > GRACE_MS) return waiting.wake();
          timer = runtime.setTimer(GRACE_MS, waiting.wake, { keepAlive: true });
        },
        { keepAlive: true },
      );
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Resolves with `look`, which waits for nothing by itself, unless one of these is told that it failed. */
  during(look: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#looking.delete(fail);
        signal?.removeEventListener('abort', onAbort);
      };
      const fail: Waiting['fail'] = (why) => (end(), reject(new VirtualQueueEnded(why)));
      const onAbort = (): void => fail({ kind: 'aborted' });
      this.#looking.add(fail);
      signal?.addEventListener('abort', onAbort, { once: true });
      void look.then(() => (end(), resolve()));
    });
  }

  /** All of them: the first takes what there is, the others wait on. */
  wakeAll(): void {
    for (const { wake } of this.#waiting) wake();
  }

  /** Those whose time is over: the poll that they waited for has ended. */
  wakeOverdue(): void {
    const nowMs = this.#runtime.monotonicMs();
    for (const { untilMs, wake } of this.#waiting) if (untilMs <= nowMs) wake();
  }

  failAll(end: VirtualQueueEnd): void {
    for (const { fail } of this.#waiting) fail(end);
    for (const fail of this.#looking) fail(end);
  }
}
