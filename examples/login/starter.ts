import type { ApiRequests } from './api-requests.ts';

/** What the responder and the requester tell `start.ts`. Run by hand, they tell nobody. */
export type FromPart =
  | { readonly kind: 'listening' }
  | { readonly kind: 'requester'; readonly clientId: string }
  /** Set between two runs of calls: how many there were since the last mark. */
  | { readonly kind: 'mark'; readonly calls: number; readonly requests: ApiRequests }
  | { readonly kind: 'requests'; readonly requests: ApiRequests };

/** What `start.ts` tells them. A message and not a signal, since Windows has no signals. */
export type ToPart = { readonly kind: 'stop' } | { readonly kind: 'count' };

/** Aborts when this process shall end: by Ctrl-C, by a supervisor, or with whoever started it. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.on('SIGINT', abort).on('SIGTERM', abort);
  if (process.connected) {
    process.on('disconnect', abort);
    process.on('message', (message: ToPart) => {
      if (message.kind === 'stop') abort();
    });
  }
  return stop.signal;
}

/** Answers `start.ts` when it asks for the requests so far. */
export function onCount(total: () => ApiRequests): void {
  if (!process.connected) return;
  process.on('message', (message: ToPart) => {
    if (message.kind === 'count') void tellStarter({ kind: 'requests', requests: total() });
  });
}

/** Resolves when the message has left. Never rejects: a starter that is gone wants no news. */
export function tellStarter(message: FromPart): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

/** Lets go of the starter, whose channel would keep this process alive. False when there was none. */
export function leaveStarter(): boolean {
  if (process.send === undefined) return false;
  if (process.connected) process.disconnect();
  return true;
}
