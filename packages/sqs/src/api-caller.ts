import type { Failure } from '@replyq/queue';
import { failureOf } from './sqs-error.ts';

/** What an API request came to. `serviceTimeMs` goes into the port's result as it is. */
export type Answer<Output> =
  | { readonly kind: 'ok'; readonly output: Output; readonly time: { serviceTimeMs?: number } }
  | Failure;

/** What a request got back: what its operation reads, and the answer's `Date`. */
export interface Sent<Output> {
  readonly output: Output;
  readonly serviceTimeMs: number | undefined;
}

/** Makes API requests that end when their signal aborts, whatever their sender is waiting for. */
export interface ApiCaller {
  /** Never rejects. `send` is handed a signal of its own, and rejects with what {@link failureOf} reads. */
  call<Output extends object>(
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<Sent<Output>>,
  ): Promise<Answer<Output>>;
  /** Ends all open requests as `aborted`; later ones are `unreachable`. */
  close(): void;
}

const CLOSED: Failure = { kind: 'unreachable', error: 'this service was closed' };
const ABORTED: Failure = { kind: 'aborted', error: 'aborted' };

export function createApiCaller(): ApiCaller {
  /** The abort of each open request, for close. */
  const open = new Set<() => void>();
  let closed = false;
  return {
    call(signal, send) {
      if (closed) return Promise.resolve(CLOSED);
      if (signal?.aborted === true) return Promise.resolve(ABORTED);
      return new Promise((resolve) => {
        const controller = new AbortController();
        // Settles by itself: the SDK heeds its signal while a request is out, but not while it
        // looks for credentials.
        const abort = (): void => {
          settle(ABORTED);
          controller.abort();
        };
        const settle: typeof resolve = (answer) => {
          open.delete(abort);
          signal?.removeEventListener('abort', abort);
          resolve(answer);
        };
        open.add(abort);
        signal?.addEventListener('abort', abort, { once: true });
        const sending = (async () => send({ abortSignal: controller.signal }))();
        sending.then(
          ({ output, serviceTimeMs }) => {
            const time = serviceTimeMs === undefined ? {} : { serviceTimeMs };
            settle({ kind: 'ok', output, time });
          },
          (error: unknown) => settle(failureOf(error)),
        );
      });
    },
    close() {
      closed = true;
      for (const abort of open) abort();
    },
  };
}
