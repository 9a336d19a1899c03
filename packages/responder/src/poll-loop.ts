import {
  sleep,
  type Delivery,
  type Inbox,
  type Runtime,
  type Timer,
} from '@replyq/contract/transport';
import type { Answerer } from './answerer.ts';
import type { Settlement } from './incoming.ts';
import type { Slots, Ticket, Turns } from './slots.ts';

/** Pause between looks at a queue that is gone, so that the responder recovers when it is back. */
const GONE_PAUSE_MS = 5000;
/** Within the longest delay of a platform timer. */
const DAY_MS = 86_400_000;

export interface PollLoopOptions {
  readonly inbox: Inbox;
  readonly answerer: Answerer;
  readonly slots: Slots;
  readonly runtime: Runtime;
}

/**
 * Feeds deliveries to the answerer.
 *
 * R1: never asks for more than its slots allow, and refills slot by slot.
 * R2: after {@link stop} nothing is started: what the open poll still brings is given back.
 * R3: while it runs the process lives, also in the pauses that are made when receives fail.
 */
export class PollLoop implements Turns {
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
    this.#options.slots.leave();
    if (abort) this.#aborting.abort();
    await this.#running;
  }

  begin(delivery: Delivery, ticket: Ticket): void {
    if (this.#stopping.signal.aborted) {
      delivery.release(0); // R2.
      return ticket.settled();
    }
    void this.#options.answerer.answer(delivery, ticket).then((settlement) => {
      settle(delivery, settlement);
      ticket.settled();
    });
  }

  putBack(delivery: Delivery): void {
    settle(delivery, this.#options.answerer.putBack(delivery));
  }

  /** R3. */
  async #live(): Promise<void> {
    this.#stayAlive();
    this.#options.slots.enter(this);
    await this.#run();
    this.#options.slots.leave();
    this.#alive?.cancel();
  }

  #stayAlive(): void {
    const { runtime } = this.#options;
    this.#alive = runtime.setTimer(DAY_MS, () => this.#stayAlive(), { keepAlive: true });
  }

  async #run(): Promise<void> {
    const { slots } = this.#options;
    const stopping = this.#stopping.signal;
    for (;;) {
      await slots.room(stopping);
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
    const { inbox, slots } = this.#options;
    const received = await inbox.receive({ maxFrames: slots.ask(), signal: this.#aborting.signal });
    if (received.kind === 'closed' || received.kind === 'idle') return undefined;
    if (received.kind === 'gone') {
      slots.brought([]);
      return GONE_PAUSE_MS;
    }
    const { deliveries, polled } = received;
    slots.brought(deliveries, polled);
    // What these are answered with at once leaves before the next receive takes its time to be written.
    return deliveries.length > 0 ? 0 : -1;
  }
}

function settle(delivery: Delivery, settlement: Settlement): void {
  if (settlement.kind === 'ack') delivery.ack();
  else delivery.release(settlement.delayMs);
}
