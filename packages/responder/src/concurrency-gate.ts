import type { Delivery } from '@replyq/contract/transport';
import type { RateWindow } from './rate-window.ts';
import { HELD_PER_SLOT, Ticket, type Slots, type TicketKeeper, type Turns } from './slots.ts';
import { WakeUps } from './wake-ups.ts';

/**
 * The slots of one responder, for its handlers. A slot is free again when its handler has ended; the
 * request is held on until its reply was accepted, and there is a bound on those, too.
 */
export class ConcurrencyGate implements Slots, TicketKeeper {
  readonly size: number;
  readonly #rate: RateWindow | undefined;
  readonly #wakeUps = new WakeUps();
  #turns: Turns | undefined;
  #running = 0;
  #held = 0;

  constructor(size: number, rate?: RateWindow) {
    this.size = size;
    this.#rate = rate;
  }

  get freeSlots(): number {
    return this.size - this.#running;
  }

  get running(): number {
    return this.#running;
  }

  enter(turns: Turns): void {
    this.#turns = turns;
  }

  /** Nothing waits here: what was received has a slot. */
  leave(): void {}

  /** Requests that may be taken now. */
  ask(): number {
    const room = Math.min(this.freeSlots, this.size * HELD_PER_SLOT - this.#held);
    return this.#rate === undefined ? room : Math.min(room, this.#rate.free);
  }

  brought(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#turns?.begin(delivery, this.#take());
  }

  freed(takenMs: number, ran: boolean): void {
    this.#running -= 1;
    if (!ran) this.#rate?.undo(takenMs);
    this.#wakeUps.wake();
  }

  settled(): void {
    this.#held -= 1;
    this.#wakeUps.wake();
  }

  async room(signal: AbortSignal): Promise<void> {
    while (this.ask() <= 0 && !signal.aborted) await this.#change(signal);
  }

  async empty(signal: AbortSignal): Promise<void> {
    while (this.#held > 0 && !signal.aborted) await this.#wakeUps.next(signal);
  }

  #take(): Ticket {
    this.#running += 1;
    this.#held += 1;
    if (this.#rate === undefined) return new Ticket(this, 0);
    const takenMs = this.#rate.runtime.monotonicMs();
    this.#rate.take(takenMs);
    return new Ticket(this, takenMs);
  }

  /** A slot, or the rate's next one. */
  async #change(signal: AbortSignal): Promise<void> {
    const waitMs = this.#rate?.waitMs ?? 0;
    if (this.#rate === undefined || waitMs === 0) return this.#wakeUps.next(signal);
    const timer = this.#rate.runtime.setTimer(waitMs, () => this.#wakeUps.wake());
    await this.#wakeUps.next(signal);
    timer.cancel();
  }
}
