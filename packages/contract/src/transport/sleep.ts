import type { Runtime } from './runtime.ts';

/** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects; leaves no listener. */
export function sleep(runtime: Runtime, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = runtime.setTimer(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
