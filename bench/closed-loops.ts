import { setTimeout as sleep } from 'node:timers/promises';
import type { CallMeter } from './call-meter.ts';
import type { Asker } from './subjects/subject.ts';

/** A failed call is not repeated at once, or failures would be all that there is. */
const AFTER_ERROR_MS = 20;
/** Calls that never wait for I/O would keep this process from hearing its starter. */
const BREATHE_EVERY_MS = 5;

/** Callers each of whom makes a call as soon as the last one was answered. */
export class ClosedLoops {
  readonly #asker: Asker;
  readonly #meter: CallMeter;
  #running = false;
  #loops: Promise<unknown> = Promise.resolve();
  #nonce = 0;
  #breathesAtMs = 0;
  #breath: Promise<void> | undefined;

  constructor(asker: Asker, meter: CallMeter) {
    this.#asker = asker;
    this.#meter = meter;
  }

  start(callers: number, payloadBytes: number): void {
    this.#running = true;
    this.#loops = Promise.all(Array.from({ length: callers }, () => this.#loop(payloadBytes)));
  }

  /** Resolves when all open calls have settled. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#loops;
  }

  async #loop(payloadBytes: number): Promise<void> {
    while (this.#running) {
      const nonce = (this.#nonce += 1);
      const sentMs = performance.now();
      try {
        const answered = await this.#asker.ask(nonce, payloadBytes);
        const nowMs = performance.now();
        assertAnswer(nonce, answered);
        this.#meter.answered(nowMs - sentMs);
        if (this.#asker.inProcess && nowMs > this.#breathesAtMs) await this.#breathe();
      } catch (error) {
        this.#meter.failed(error);
        await sleep(AFTER_ERROR_MS);
      }
    }
  }

  #breathe(): Promise<void> {
    this.#breath ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#breath = undefined;
        this.#breathesAtMs = performance.now() + BREATHE_EVERY_MS;
        resolve();
      });
    });
    return this.#breath;
  }
}

/** Throws when a caller has got somebody else's answer. */
export function assertAnswer(nonce: number, answered: number): void {
  if (answered !== nonce) throw new Error(`The answer to ${nonce} is that to ${answered}.`);
}
