import { nanoid } from 'nanoid';
import type { Runtime, Timer, TimerOptions } from './runtime.ts';

/** The longest delay that `setTimeout` takes; beyond it Node fires at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

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
  createId: (length: number) => nanoid(length),
};
