import type { Failure } from '@replyq/queue';
import { failureOf } from './sqs-error.ts';

/** What an API request came to. `serviceTimeMs` goes into the port's result as it is. */
export type Answer<Output> =
  | { readonly kind: 'ok'; readonly output: Output; readonly time: { serviceTimeMs?: number } }
  | Failure;

/** Makes API requests that end when their signal aborts, whatever the SDK is waiting for. */
export interface ApiCaller {
  /** Never rejects. `send` is handed the SDK's options with a signal of its own. */
  call<Output extends object>(
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
  ): Promise<Answer<Output>>;
  /** Ends all open requests as `aborted`; later ones are `unreachable`. */
  close(): void;
}

const CLOSED: Failure = { kind: 'unreachable', error: 'this service was closed' };
const ABORTED: Failure = { kind: 'aborted', error: 'aborted' };

export function createApiCaller(timeOf: (output: object) => number | undefined): ApiCaller {
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
          (output) => {
            const serviceTimeMs = timeOf(output);
            settle({
              kind: 'ok',
              output,
              time: serviceTimeMs === undefined ? {} : { serviceTimeMs },
            });
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
