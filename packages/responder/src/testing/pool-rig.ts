// Places of a pool over queues that are but counts, in virtual time.
import type { Delivery } from '@replyq/contract/transport';
import { PoolPlace, type PlaceOptions } from '../pool-place.ts';
import { RateWindow, type RateLimit } from '../rate-window.ts';
import { SharedSlots } from '../shared-slots.ts';
import type { Ticket, Turns } from '../slots.ts';
import { createQuickRuntime, type QuickRuntime } from './quick-runtime.ts';

export interface FakeQueueOptions extends Partial<PlaceOptions> {
  readonly name: string;
  /** How long one handler runs, and how long a receive takes at least. */
  readonly runMs?: () => number;
  readonly tripMs?: number;
  /** How long a receive of an empty queue stays open. */
  readonly waitMs?: number;
}

const WAIT_MS = 20_000;

/** A queue and the loop that reads it, as the poll loop does. */
export class FakeQueue implements Turns {
  readonly name: string;
  readonly place: PoolPlace;
  readonly #rig: PoolRig;
  readonly #options: FakeQueueOptions;
  readonly #stopping = new AbortController();
  #arrived: (() => void) | undefined;
  #live: Promise<void> | undefined;
  visible = 0;
  begun = 0;
  done = 0;
  putBacks = 0;
  receives = 0;
  /** Received and neither done nor given back. */
  held = 0;

  constructor(rig: PoolRig, options: FakeQueueOptions) {
    this.name = options.name;
    this.#rig = rig;
    this.#options = options;
    const { priority = 0, rate, weight = 1 } = options;
    this.place = new PoolPlace(rig.shared, { priority, rate, weight });
  }

  send(count: number): void {
    this.visible += count;
    this.#arrived?.();
  }

  start(): void {
    this.place.enter(this);
    this.#live = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.place.leave();
    this.#arrived?.();
    await this.#live;
  }

  begin(_delivery: Delivery, ticket: Ticket): void {
    const { runtime } = this.#rig;
    const runMs = this.#options.runMs?.() ?? 10;
    // One in three never gets to its handler, as when it has expired.
    const ran = runMs % 3 !== 0;
    this.begun += 1;
    this.#rig.began(this, ran);
    const end = (): void => {
      if (ran) ticket.handled();
      this.done += 1;
      this.held -= 1;
      ticket.settled();
    };
    if (runMs === 0) end();
    else runtime.setTimer(runMs, end);
  }

  putBack(): void {
    this.putBacks += 1;
    this.#comeBack();
  }

  #comeBack(): void {
    this.held -= 1;
    this.send(1);
  }

  async #run(): Promise<void> {
    const { runtime } = this.#rig;
    const stopping = this.#stopping.signal;
    while (!stopping.aborted) {
      await this.place.room(stopping);
      if (stopping.aborted) return;
      const asked = this.place.ask();
      this.receives += 1;
      await this.#pause(this.#options.tripMs ?? 1);
      if (this.visible === 0) await this.#pause(this.#options.waitMs ?? WAIT_MS, true);
      const count = Math.min(asked, 10, this.visible);
      this.visible -= count;
      this.held += count;
      const deliveries = Array.from({ length: count }, () => this.#delivery());
      this.place.brought(deliveries);
      await new Promise<void>((resolve) => void runtime.setTimer(0, resolve));
    }
  }

  #delivery(): Delivery {
    return { release: () => this.#comeBack() } as unknown as Delivery;
  }

  #pause(ms: number, untilArrival = false): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#rig.runtime.setTimer(ms, resolve);
      if (!untilArrival) return;
      this.#arrived = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

interface Begin {
  readonly queue: FakeQueue;
  readonly atMs: number;
  readonly ran: boolean;
}

export interface PoolRig {
  readonly runtime: QuickRuntime;
  readonly shared: SharedSlots;
  /** Who began, and when, in order. */
  readonly begins: Begin[];
  most: number;
  began(queue: FakeQueue, ran: boolean): void;
  queue(options: FakeQueueOptions): FakeQueue;
  rate(limit: RateLimit | undefined): RateWindow | undefined;
}

export function openPool(size: number, limit?: RateLimit): PoolRig {
  const runtime = createQuickRuntime();
  const rate = (one: RateLimit | undefined): RateWindow | undefined =>
    one && new RateWindow(one, runtime);
  const shared = new SharedSlots(size, runtime, rate(limit));
  const rig: PoolRig = {
    runtime,
    shared,
    begins: [],
    most: 0,
    rate,
    began(queue, ran) {
      rig.begins.push({ queue, ran, atMs: runtime.monotonicMs() });
      rig.most = Math.max(rig.most, shared.running);
    },
    queue: (options) => new FakeQueue(rig, options),
  };
  return rig;
}
