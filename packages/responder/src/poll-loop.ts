import {
  sleep,
  type Delivery,
  type Inbox,
  type Runtime,
  type Timer,
} from '@replyq/contract/transport';
import type { Answerer } from './answerer.ts';
import type { ConcurrencyGate } from './concurrency-gate.ts';

/** Pause between looks at a queue that is gone, so that the responder recovers when it is back. */
const GONE_PAUSE_MS = 5000;
/** Within the longest delay of a platform timer. */
const DAY_MS = 86_400_000;

export interface PollLoopOptions {
  readonly inbox: Inbox;
  readonly answerer: Answerer;
  readonly gate: ConcurrencyGate;
  readonly runtime: Runtime;
}

/**
 * Feeds deliveries to the answerer.
 *
 * R1: never asks for more than there are free slots, and refills slot by slot.
 * R2: after {@link stop} nothing is started: what the open poll still brings is given back.
 * R3: while it runs the process lives, also in the pauses that are made when receives fail.
 */
export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #stopping = new AbortController();
  readonly #aborting = new AbortController();
  #running: Promise<void> | undefined;
  #alive: Timer | undefined;

  constructor(options: PollLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#live();
  }

  /** Begins no new receive; resolves when the open one has ended. `abort`: ends it now. */
  async stop(abort: boolean): Promise<void> {
    this.#stopping.abort();
    if (abort) this.#aborting.abort();
    await this.#running;
  }

  /** R3. */
  async #live(): Promise<void> {
    this.#stayAlive();
    await this.#run();
    this.#alive?.cancel();
  }

  #stayAlive(): void {
    const { runtime } = this.#options;
    this.#alive = runtime.setTimer(DAY_MS, () => this.#stayAlive(), { keepAlive: true });
  }

  async #run(): Promise<void> {
    const { gate } = this.#options;
    const stopping = this.#stopping.signal;
    for (;;) {
      await gate.room(stopping);
      if (stopping.aborted) return;
      const pauseMs = await this.#receive();
      if (pauseMs === undefined) return;
      if (pauseMs >= 0) await sleep(this.#options.runtime, pauseMs, { signal: stopping });
    }
  }

  /**
   * Says how long to pause then; -1: not at all; undefined: this was the last one. A call of its own, so that
   * a loop that waits for the next receive does not hold on to what the last one brought.
   */
  async #receive(): Promise<number | undefined> {
    const { gate, inbox } = this.#options;
    const received = await inbox.receive({ maxFrames: gate.free, signal: this.#aborting.signal });
    if (received.kind === 'closed' || received.kind === 'idle') return undefined;
    if (received.kind === 'gone') return GONE_PAUSE_MS;
    for (const delivery of received.deliveries) this.#take(delivery);
    // What these are answered with at once leaves before the next receive takes its time to be written.
    return received.deliveries.length > 0 ? 0 : -1;
  }

  #take(delivery: Delivery): void {
    if (this.#stopping.signal.aborted) return delivery.release(0); // R2.
    const { answerer, gate } = this.#options;
    const ticket = gate.take();
    void answerer.answer(delivery, ticket).then((settlement) => {
      if (settlement.kind === 'ack') delivery.ack();
      else delivery.release(settlement.delayMs);
      ticket.settled();
    });
  }
}
