import type { ApiRequests } from './api-requests.ts';

/** What a worker tells `start.ts`. Started by hand, it tells nobody. */
export type FromWorker =
  | { readonly kind: 'listening' }
  /** A handler has ended well. */
  | { readonly kind: 'done'; readonly procedure: string; readonly task: string }
  | {
      readonly kind: 'retried';
      readonly procedure: string;
      readonly task: string;
      readonly attempt: number;
      readonly retryInMs: number;
      readonly error: string;
    }
  | {
      readonly kind: 'dead';
      readonly procedure: string;
      readonly task: string;
      readonly attempt: number;
      readonly error: string;
    }
  | { readonly kind: 'requests'; readonly requests: ApiRequests };

/** What `start.ts` tells it. A message and not a signal, since Windows has no signals. */
export const STOP = 'stop';

/** Aborts when this process shall end: by Ctrl-C, by a supervisor, or with whoever started it. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.on('SIGINT', abort).on('SIGTERM', abort);
  if (process.connected) {
    process.on('disconnect', abort);
    process.on('message', (message) => {
      if (message === STOP) abort();
    });
  }
  return stop.signal;
}

/** Resolves when the message has left. Never rejects: a starter that is gone wants no news. */
export function tellStarter(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

/** Lets go of the starter, whose channel would keep this process alive. */
export function leaveStarter(): void {
  if (process.connected) process.disconnect();
}
