import type { Delivery, Polled, Timer } from '@replyq/contract/transport';
import type { RateWindow } from './rate-window.ts';
import type { SharedSlots } from './shared-slots.ts';
import { Ticket, type Slots, type TicketKeeper, type Turns } from './slots.ts';
import { WakeUps } from './wake-ups.ts';

/** What one receive brings, of single requests. */
const RECEIVE_MOST = 10;

export interface PlaceOptions {
  readonly weight: number;
  readonly priority: number;
  readonly rate: RateWindow | undefined;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly sinceMs: number;
}

/**
 * One responder's place in a pool. It claims slots while it waits to ask its queue, for a short while after
 * it has asked, and after a receive that has brought something; as many as its queue may fill, which
 * doubles with each receive that finds at once all that it asked for.
 */
export class PoolPlace implements Slots, TicketKeeper {
  readonly weight: number;
  readonly priority: number;
  /** S2 of the pool. */
  pass = 0;
  /** S5 of the pool: its last receive brought nothing. */
  foundNothing = false;
  /** S5: when a slot was last promised to it. */
  promisedAtMs: number = -Infinity;
  readonly #shared: SharedSlots;
  readonly #rate: RateWindow | undefined;
  readonly #wakeUps = new WakeUps();
  #turns: Turns | undefined;
  #waiting: Waiting[] = [];
  #running = 0;
  #held = 0;
  #promised = 0;
  #claiming = false;
  #wanted = 1;
  #asked = 1;
  #askedAtMs = 0;
  #patience: Timer | undefined;

  constructor(shared: SharedSlots, { priority, rate, weight }: PlaceOptions) {
    this.#shared = shared;
    this.weight = weight;
    this.priority = priority;
    this.#rate = rate;
  }

  get size(): number {
    return this.#shared.size;
  }

  get running(): number {
    return this.#running;
  }

  get freeSlots(): number {
    return this.#shared.freeSlots;
  }

  /** Received, and without a slot so far. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Slots that are promised to it. */
  get promised(): number {
    return this.#promised;
  }

  /** Since when the first of these waits. */
  get oldestMs(): number {
    return this.#waiting[0]?.sinceMs ?? Infinity;
  }

  /** It would take a slot if its rate, or the pool's, let it. */
  get isEager(): boolean {
    return this.#waiting.length > 0 || (this.#claiming && this.#promised < this.#wanted);
  }

  get canBegin(): boolean {
    return this.#waiting.length > 0 && this.#allowed > 0;
  }

  /** Whether another slot should be promised to it. */
  get claims(): boolean {
    if (!this.#claiming || this.#waiting.length > 0) return false;
    return this.#promised < Math.min(this.#wanted, this.#allowed);
  }

  get rateWaitMs(): number {
    return this.#rate?.waitMs ?? 0;
  }

  enter(turns: Turns): void {
    this.#turns = turns;
    this.#shared.enter(this);
  }

  leave(): void {
    if (this.#turns === undefined) return;
    this.#turns = undefined;
    this.#claimNothing();
    this.#shared.leave(this);
    for (const { delivery } of this.#waiting.splice(0)) delivery.release(0);
    this.#shared.turn();
  }

  async room(signal: AbortSignal): Promise<void> {
    if (this.#turns === undefined) return;
    this.#claim();
    this.#shared.turn();
    while (this.#unused <= 0 && !signal.aborted) await this.#wakeUps.next(signal);
  }

  ask(): number {
    const most = Math.min(this.#unused + this.#shared.spare, this.#allowed);
    this.#asked = Math.max(1, most);
    const { patienceMs, runtime } = this.#shared;
    this.#askedAtMs = runtime.monotonicMs();
    this.#patience = runtime.setTimer(patienceMs, () => {
      this.#foundNothingSoFar();
      this.#shared.turn();
    });
    return this.#asked;
  }

  brought(deliveries: readonly Delivery[], polled?: Polled): void {
    this.#patience?.cancel();
    if (this.#turns === undefined) return deliveries.forEach((delivery) => delivery.release(0));
    const { length } = deliveries;
    this.foundNothing = length === 0;
    if (length === 0) this.#foundNothingSoFar();
    else this.#claim();
    this.#wanted = this.#wantedAfter(length, polled);
    const sinceMs = this.#shared.runtime.monotonicMs();
    if (length > 0) this.#shared.brought(polled?.tookMs ?? sinceMs - this.#askedAtMs);
    for (const delivery of deliveries) this.#waiting.push({ delivery, sinceMs });
    // S4: of what was promised while there seemed to be more.
    this.#refund(Math.max(0, this.#unused - this.#wanted));
    this.#shared.turn();
  }

  async empty(signal: AbortSignal): Promise<void> {
    while (this.#held > 0 && !signal.aborted) await this.#wakeUps.next(signal);
  }

  promise(): void {
    this.#promised += 1;
    this.promisedAtMs = this.#shared.runtime.monotonicMs();
    this.#wakeUps.wake();
  }

  /** What was not promised before is charged for now. */
  beginNext(): void {
    const turns = this.#turns;
    const next = this.#waiting.shift();
    if (turns === undefined || next === undefined) return;
    if (this.#promised > 0) this.#giveBack(1);
    else this.#shared.charge(this);
    const nowMs = this.#shared.runtime.monotonicMs();
    this.#running += 1;
    this.#held += 1;
    this.#rate?.take(nowMs);
    this.#shared.began(nowMs);
    turns.begin(next.delivery, new Ticket(this, nowMs));
  }

  putBackBefore(timeMs: number): void {
    while (this.oldestMs <= timeMs) {
      const oldest = this.#waiting.shift();
      if (oldest !== undefined) this.#turns?.putBack(oldest.delivery);
    }
    // S4: and what was promised for these.
    this.#refund(Math.max(0, this.#unused));
  }

  freed(takenMs: number, ran: boolean): void {
    this.#running -= 1;
    if (!ran) this.#rate?.undo(takenMs);
    this.#shared.freed(takenMs, ran);
  }

  settled(): void {
    this.#held -= 1;
    this.#shared.settled();
    this.#wakeUps.wake();
  }

  get #allowed(): number {
    return this.#rate?.free ?? Infinity;
  }

  /** Only a receive that has brought all that it asked for, and at once, says that there is more. */
  #wantedAfter(brought: number, polled: Polled | undefined): number {
    const isFull = polled?.more ?? brought >= Math.min(this.#asked, RECEIVE_MOST);
    if (brought === 0 || !isFull) return 1;
    // What asked for one and waited for it is full, too.
    const waited = polled !== undefined && !this.#shared.foundAtOnce(polled.tookMs);
    if (waited) return Math.max(1, Math.floor(this.#wanted / 2));
    return Math.min(this.size, 2 * Math.max(brought, this.#wanted));
  }

  /** Promises that nothing waits for which was received. */
  get #unused(): number {
    return this.#promised - this.#waiting.length;
  }

  #claim(): void {
    if (this.#claiming) return;
    this.#claiming = true;
    this.#shared.catchUp(this);
  }

  /** S5. */
  #foundNothingSoFar(): void {
    const askedForMs = this.#shared.runtime.monotonicMs() - this.#askedAtMs;
    this.#shared.keptInVain(this.#promised * askedForMs);
    this.#claimNothing();
  }

  /** S4. */
  #claimNothing(): void {
    this.#patience?.cancel();
    this.#claiming = false;
    this.#wanted = 1;
    this.#refund(this.#promised);
  }

  #refund(count: number): void {
    this.pass -= count / this.weight;
    this.#giveBack(count);
  }

  #giveBack(count: number): void {
    this.#promised -= count;
    this.#shared.promisesGivenBack(count);
  }
}
