import type { Runtime } from './runtime.ts';

export interface TimeLimit {
  readonly runtime: Runtime;
  readonly limitMs: number;
  /** Aborting it is the end, too. */
  readonly signal?: AbortSignal;
  /** What it is rejected with then. */
  readonly late: string;
}

/** Settles like `answer`, or rejects when that takes too long: what comes later is not heard. */
export function inTime<T>(
  answer: T | PromiseLike<T>,
  { late, limitMs, runtime, signal }: TimeLimit,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', giveUp);
    };
    const giveUp = (): void => {
      end();
      reject(new Error(late));
    };
    const timer = runtime.setTimer(limitMs, giveUp, { keepAlive: true });
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp);
    Promise.resolve(answer).then(resolve, reject).finally(end);
  });
}
