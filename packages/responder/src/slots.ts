import type { Delivery, Polled } from '@replyq/contract/transport';

/** Requests per slot that may be held, running or with their replies on their way: what a slow reply queue piles up. */
export const HELD_PER_SLOT = 4;

/** Where a poll loop gets slots for its handlers: the responder's own, or its place in a pool. */
export interface Slots {
  /** Handlers that may run at once. */
  readonly size: number;
  /** Handlers of this responder that run. */
  readonly running: number;
  readonly freeSlots: number;
  /** Before anything is asked for. Who enters begins what is his turn. */
  enter(turns: Turns): void;
  /** Nothing is begun any more; what waited for its turn is given back. */
  leave(): void;
  /** Resolves when a request may be asked for, or when `signal` aborts. */
  room(signal: AbortSignal): Promise<void>;
  /** How many the receive that begins now may ask for. */
  ask(): number;
  /**
   * That receive has ended. Each of what it brought begins now, or when it is its turn; or is given back, after {@link leave}.
   * `polled`: what the inbox tells of it, if it does.
   */
  brought(deliveries: readonly Delivery[], polled?: Polled): void;
  /** Resolves when no request of this responder is held, or when `signal` aborts. */
  empty(signal: AbortSignal): Promise<void>;
}

export interface Turns {
  begin(delivery: Delivery, ticket: Ticket): void;
  /** It has waited too long for its turn. */
  putBack(delivery: Delivery): void;
}

/** Who counts the slot of a ticket. */
export interface TicketKeeper {
  /** Its slot is free again. `ran` false: no handler has run, so that it counts for no rate. */
  freed(takenMs: number, ran: boolean): void;
  /** After {@link freed}. */
  settled(): void;
}

/** One request's slot. */
export class Ticket {
  readonly #keeper: TicketKeeper;
  readonly #takenMs: number;
  #taken = true;

  constructor(keeper: TicketKeeper, takenMs: number) {
    this.#keeper = keeper;
    this.#takenMs = takenMs;
  }

  /** The handler has ended. Idempotent. */
  handled(): void {
    this.#free(true);
  }

  /** No handler runs for it. Without effect after {@link handled}. */
  letGo(): void {
    this.#free(false);
  }

  /** The request was settled. Once. */
  settled(): void {
    this.letGo();
    this.#keeper.settled();
  }

  #free(ran: boolean): void {
    if (!this.#taken) return;
    this.#taken = false;
    this.#keeper.freed(this.#takenMs, ran);
  }
}
