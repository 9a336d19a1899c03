import type { Runtime, Timer } from '@replyq/contract/transport';
import type { PoolPlace } from './pool-place.ts';
import type { RateWindow } from './rate-window.ts';
import { HELD_PER_SLOT } from './slots.ts';

/** How long a request that no slot is free for waits here; then others may have it. As long as a request stays hidden. */
const MAX_TURN_WAIT_MS = 10_000;
/** A trip to the queues, as long as none was seen. */
const USUAL_TRIP_MS = 20;
/** What took less was no trip: it lay in this process. */
const LEAST_TRIP_MS = 0.5;
/** How much of the shortest trip is forgotten with each one that follows. */
const FORGOTTEN = 0.02;
/** How many trips a slot is kept for a queue that is being asked, and how long at least and at most. */
const PATIENCE_TRIPS = 5;
const LEAST_PATIENCE_MS = 30;
const MOST_PATIENCE_MS = 1000;

/**
 * The slots of a pool, and whose turn it is.
 *
 * S1: no more handlers run than there are slots, and no more begin than the rates allow.
 * S2: of those who claim a slot, it is promised to one of the highest priority, and among these to the one that
 *     has had the fewest for its weight (stride scheduling): a promise raises its pass by 1 / weight.
 *     Who has claimed nothing for a while begins where the others are: it has saved up nothing.
 * S3: a promise is a reason to ask the queue, no lock, except against lower priorities: what has been received runs
 *     as soon as any slot is free. What has no slot then waits here, {@link MAX_TURN_WAIT_MS} at most.
 * S4: who leaves, or finds nothing, gives its promises back.
 */
export class SharedSlots {
  readonly size: number;
  readonly runtime: Runtime;
  readonly #rate: RateWindow | undefined;
  readonly #places = new Set<PoolPlace>();
  /** How far the passes of each priority have come. */
  readonly #reached = new Map<number, number>();
  #running = 0;
  #held = 0;
  #promised = 0;
  #tripMs = Infinity;
  #turning = false;
  #again = false;
  #timer: { readonly atMs: number; readonly timer: Timer } | undefined;

  constructor(size: number, runtime: Runtime, rate: RateWindow | undefined) {
    this.size = size;
    this.runtime = runtime;
    this.#rate = rate;
  }

  /** Handlers that may begin at once. */
  get rateLimit(): number {
    return this.#rate?.limit ?? Infinity;
  }

  get running(): number {
    return this.#running;
  }

  get freeSlots(): number {
    return this.size - this.#running;
  }

  /** Received, and without a slot so far. */
  get waiting(): number {
    return [...this.#places].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** What one of those who ask may ask for beyond what was promised to it: no slot is kept for that. */
  get spare(): number {
    return Math.floor(Math.max(0, this.#unpromised) / Math.max(1, this.#places.size));
  }

  /** How long slots are kept for a queue that is being asked. Then it has nothing, and they go to others. */
  get patienceMs(): number {
    const tripMs = this.#tripMs === Infinity ? USUAL_TRIP_MS : this.#tripMs;
    return Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, PATIENCE_TRIPS * tripMs));
  }

  /** A receive has brought something: the shortest ones did not have to wait for it. */
  brought(tookMs: number): void {
    if (tookMs < LEAST_TRIP_MS) return;
    this.#tripMs = Math.min(tookMs, this.#tripMs * (1 + FORGOTTEN));
  }

  enter(place: PoolPlace): void {
    this.#places.add(place);
  }

  leave(place: PoolPlace): void {
    this.#places.delete(place);
    if (this.#places.size === 0) this.#cancelTimer();
  }

  /** S2. */
  charge(place: PoolPlace): void {
    const reached = this.#reached.get(place.priority) ?? 0;
    this.#reached.set(place.priority, Math.max(reached, place.pass));
    place.pass += 1 / place.weight;
  }

  /** S2: of one that claims nothing so far. */
  catchUp(place: PoolPlace): void {
    place.pass = Math.max(place.pass, this.#reached.get(place.priority) ?? 0);
  }

  promisesGivenBack(count: number): void {
    this.#promised -= count;
  }

  began(nowMs: number): void {
    this.#running += 1;
    this.#held += 1;
    this.#rate?.take(nowMs);
  }

  freed(takenMs: number, ran: boolean): void {
    this.#running -= 1;
    if (!ran) this.#rate?.undo(takenMs);
    this.turn();
  }

  settled(): void {
    this.#held -= 1;
    this.turn();
  }

  /** Gives away what is free. Handlers that begin may end at once, and come back here. */
  turn(): void {
    this.#again = true;
    if (this.#turning) return;
    this.#turning = true;
    while (this.#again) {
      this.#again = false;
      while (this.#step());
    }
    this.#turning = false;
    this.#setTimer();
  }

  get #allowed(): number {
    return this.#rate?.free ?? Infinity;
  }

  get #unpromised(): number {
    const room = Math.min(this.freeSlots, this.size * HELD_PER_SLOT - this.#held, this.#allowed);
    return room - this.#promised;
  }

  /** S1, S3: first what is here, then who may ask for more; but who comes first may ask before others begin. */
  #step(): boolean {
    const asks = this.#unpromised > 0 ? this.#first((place) => place.claims) : undefined;
    const begins =
      this.#allowed > 0
        ? this.#first((place) => place.canBegin && this.freeSlots > this.#promisedAbove(place))
        : undefined;
    if (begins !== undefined && (asks === undefined || asks.priority >= begins.priority)) {
      begins.beginNext();
      return true;
    }
    if (asks === undefined) return false;
    this.#promised += 1;
    this.charge(asks);
    asks.promise();
    return true;
  }

  #promisedAbove({ priority }: PoolPlace): number {
    let promised = 0;
    for (const place of this.#places) if (place.priority < priority) promised += place.promised;
    return promised;
  }

  /** S2. */
  #first(wanted: (place: PoolPlace) => boolean): PoolPlace | undefined {
    let first: PoolPlace | undefined;
    for (const place of this.#places) {
      if (first !== undefined && !isBefore(place, first)) continue;
      if (wanted(place)) first = place;
    }
    return first;
  }

  /** For what time alone changes: the rates, and requests that have waited long enough. */
  #setTimer(): void {
    const nowMs = this.runtime.monotonicMs();
    let inMs = Infinity;
    for (const place of this.#places) {
      inMs = Math.min(inMs, place.oldestMs + MAX_TURN_WAIT_MS - nowMs);
      if (!place.isEager) continue;
      const waitMs = Math.max(this.#rate?.waitMs ?? 0, place.rateWaitMs);
      if (waitMs > 0) inMs = Math.min(inMs, waitMs);
    }
    if (inMs === Infinity) return this.#cancelTimer();
    const atMs = nowMs + Math.max(0, inMs);
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#cancelTimer();
    const timer = this.runtime.setTimer(atMs - nowMs, () => this.#timeCame());
    this.#timer = { atMs, timer };
  }

  #timeCame(): void {
    this.#timer = undefined;
    const longAgoMs = this.runtime.monotonicMs() - MAX_TURN_WAIT_MS;
    for (const place of this.#places) place.putBackBefore(longAgoMs);
    this.turn();
  }

  #cancelTimer(): void {
    this.#timer?.timer.cancel();
    this.#timer = undefined;
  }
}

/** S2. */
function isBefore(one: PoolPlace, other: PoolPlace): boolean {
  return one.priority === other.priority ? one.pass < other.pass : one.priority < other.priority;
}
