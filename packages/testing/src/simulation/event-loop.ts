import type { Timer } from '@replyq/contract/transport';
import { drain, drainMicrotasks } from '../drain.ts';
import { VirtualTimers } from '../virtual-timers.ts';

/** Each turn of the real event loop costs as much as an event. Other threads are heard between turns. */
const EVENTS_PER_TURN = 256;

/** Less would not move the clock, hours after the start: whoever waits for a rest of time would wait for ever. */
const LEAST_DELAY_MS = 0.001;

/**
 * The one order of all that happens in a simulated world. Time moves from event to event; each is
 * followed by every microtask that it set off. What is due in the same instant happens in an order
 * that the seed draws.
 */
export class EventLoop {
  readonly #events = new VirtualTimers();
  readonly #priority: () => number;
  #nowMs = 0;
  #fired = 0;

  /** `priority` orders the events of one instant. */
  constructor(priority: () => number) {
    this.#priority = priority;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many events there have been. */
  get fired(): number {
    return this.#fired;
  }

  after(delayMs: number, fire: () => void): Timer {
    const soonestMs = delayMs > 0 ? Math.max(delayMs, LEAST_DELAY_MS) : 0;
    return this.#events.set(this.#nowMs + soonestMs, fire, this.#priority());
  }

  /** Of several that are put off to one instant, the first comes first. */
  putOffTo(atMs: number, fire: () => void): Timer {
    return this.#events.set(atMs, fire, 0);
  }

  async runUntil(atMs: number): Promise<void> {
    await drain();
    for (let next = this.#events.nextAtMs; next !== undefined && next <= atMs;) {
      this.#nowMs = next;
      this.#fired += 1;
      this.#events.shift()?.();
      await (this.#fired % EVENTS_PER_TURN === 0 ? drain() : drainMicrotasks());
      next = this.#events.nextAtMs;
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}
