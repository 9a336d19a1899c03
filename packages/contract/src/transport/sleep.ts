import type { Runtime, TimerOptions } from './runtime.ts';

export interface SleepOptions extends TimerOptions {
  /** Aborting it ends the sleep at once. */
  readonly signal?: AbortSignal;
}

/** Resolves after `delayMs`, or at once when the signal aborts. Never rejects; leaves no listener. */
export function sleep(
  runtime: Runtime,
  delayMs: number,
  { signal, ...timerOptions }: SleepOptions = {},
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = runtime.setTimer(delayMs, done, timerOptions);
    signal?.addEventListener('abort', done, { once: true });
  });
}
