import { nanoid, urlAlphabet } from 'nanoid';
import type { Runtime, Timer, TimerOptions } from './runtime.ts';

/** The longest delay that `setTimeout` takes; beyond it Node fires at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Characters of an id that the instant of its use is mixed into: a second in nanoseconds, at six bits each. */
const INSTANT_CHARACTERS = 5;
/** The place in the alphabet of each character code. */
const PLACES = new Uint8Array(128);
for (let place = 0; place < urlAlphabet.length; place += 1)
  PLACES[urlAlphabet.charCodeAt(place)] = place;

/** The platform's clock, timers, randomness and ids. The only file that may touch them. */
export const systemRuntime: Runtime = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs: number, fire: () => void, options?: TimerOptions): Timer {
    if (delayMs <= 0) {
      // A timeout of zero takes a millisecond; an immediate without `ref` may wait for other input.
      const handle = setImmediate(fire);
      return { cancel: () => clearImmediate(handle) };
    }
    const handle = setTimeout(fire, Math.min(delayMs, LONGEST_DELAY_MS));
    if (options?.keepAlive !== true) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  random: () => Math.random(),
  createId: (length: number) => mixInstant(nanoid(length), performance.now()),
};

/**
 * Randomness is drawn ahead, here and in the platform's generator, so copies of this process (a machine's snapshot that
 * is restored twice) draw the same. They do not do so in the same nanosecond. What is random stays so.
 */
export function mixInstant(id: string, nowMs: number): string {
  const from = Math.max(0, id.length - INSTANT_CHARACTERS);
  let instant = Math.floor((nowMs % 1000) * 1e6);
  let mixed = id.slice(0, from);
  for (let at = from; at < id.length; at += 1) {
    const place = PLACES[id.charCodeAt(at)] ?? 0;
    mixed += urlAlphabet.charAt((place ^ instant) & 63);
    instant >>= 6;
  }
  return mixed;
}
