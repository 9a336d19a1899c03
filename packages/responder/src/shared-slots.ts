import type { Runtime, Timer } from '@replyq/contract/transport';
import type { PoolPlace } from './pool-place.ts';
import type { RateWindow } from './rate-window.ts';
import { HELD_PER_SLOT } from './slots.ts';

/** How long a request that no slot is free for waits here; then others may have it. As long as a request stays hidden. */
const MAX_TURN_WAIT_MS = 10_000;
/** A trip to the queues, as long as none was seen. */
const USUAL_TRIP_MS = 20;
/** What took more trips than this had to wait for its messages. */
const AT_ONCE_TRIPS = 2;
/** What took less was no trip: it lay in this process. */
const LEAST_TRIP_MS = 0.5;
/** How much of the shortest trip is forgotten with each one that follows. */
const FORGOTTEN = 0.02;
/** How many trips a slot is kept for a queue that is being asked, and how long at least and at most. */
const PATIENCE_TRIPS = 5;
const LEAST_PATIENCE_MS = 30;
const MOST_PATIENCE_MS = 1000;
/** For how long others come first, for each ms that every slot was kept in vain: two thirds of the time are theirs. */
const OTHERS_FIRST = 2;

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
 * S5: slots that are kept for queues in vain take a third of the time at most from those whose last receive brought something:
 *     for a while the latter come first then, whatever the priorities. Of those that found nothing each is asked in its
 *     turn, whatever its priority, or the first ones would keep from the others what is left.
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
  /** S5. */
  #othersFirstUntilMs = -Infinity;
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
    return Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, PATIENCE_TRIPS * this.#trip));
  }

  /** Whether a receive that took so long has found its messages waiting. */
  foundAtOnce(tookMs: number): boolean {
    return tookMs <= AT_ONCE_TRIPS * this.#trip;
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

  /** S5: the slots that were, times how long. What was so while nobody else claimed any does not add up. */
  keptInVain(slotsMs: number): void {
    const nowMs = this.runtime.monotonicMs();
    const fromMs = Math.max(nowMs, this.#othersFirstUntilMs);
    const forMs = (OTHERS_FIRST * slotsMs) / Math.min(this.size, this.rateLimit);
    this.#othersFirstUntilMs = Math.min(fromMs + forMs, nowMs + OTHERS_FIRST * this.patienceMs);
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

  get #trip(): number {
    return this.#tripMs === Infinity ? USUAL_TRIP_MS : this.#tripMs;
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
    const asks = this.#unpromised > 0 ? this.#firstToAsk() : undefined;
    const begins =
      this.#allowed > 0
        ? this.#first((place) => place.canBegin && this.freeSlots > this.#promisedAbove(place))
        : undefined;
    if (begins !== undefined && !(asks !== undefined && this.#asksBefore(asks, begins))) {
      begins.beginNext();
      return true;
    }
    if (asks === undefined) return false;
    this.#promised += 1;
    this.charge(asks);
    asks.promise();
    return true;
  }

  #asksBefore(asks: PoolPlace, begins: PoolPlace): boolean {
    if (asks.foundNothing && this.#othersFirst) return false;
    return asks.priority < begins.priority;
  }

  get #othersFirst(): boolean {
    return this.runtime.monotonicMs() < this.#othersFirstUntilMs;
  }

  #promisedAbove({ priority }: PoolPlace): number {
    let promised = 0;
    for (const place of this.#places) if (place.priority < priority) promised += place.promised;
    return promised;
  }

  /** S2, S5. */
  #firstToAsk(): PoolPlace | undefined {
    const known = this.#first((place) => place.claims && !place.foundNothing);
    if (known !== undefined && this.#othersFirst) return known;
    let first: PoolPlace | undefined;
    for (const place of this.#places) {
      if (!place.foundNothing || !place.claims) continue;
      if (known !== undefined && !isBefore(place, known)) continue;
      if (first === undefined || place.promisedAtMs < first.promisedAtMs) first = place;
    }
    return first ?? known;
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
    // At least a timer's 1 ms: sums of fractions are not exact, and the time may not quite have come.
    const atMs = nowMs + Math.max(1, inMs);
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
