import { TransientSet } from '@replyq/contract/transport';
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
  /**
   * Never rejects. `send` is handed a signal of its own, and rejects with what {@link failureOf} reads.
   * `unanswered` is told of a request that may have been sent and was given up, by its signal or a
   * timeout: its connection may be dead. Not on close, which ends the connections anyway.
   */
  call<Output extends object>(
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<Sent<Output>>,
    unanswered: () => void,
  ): Promise<Answer<Output>>;
  /** Ends all open requests as `aborted`; later ones are `unreachable`. */
  close(): void;
}

const CLOSED: Failure = { kind: 'unreachable', error: 'this service was closed' };
const ABORTED: Failure = { kind: 'aborted', error: 'aborted' };

export function createApiCaller(): ApiCaller {
  /** The abort of each open request, for close. */
  const open = new TransientSet<() => void>();
  let closed = false;
  return {
    call(signal, send, unanswered) {
      if (closed) return Promise.resolve(CLOSED);
      if (signal?.aborted === true) return Promise.resolve(ABORTED);
      return new Promise((resolve) => {
        const controller = new AbortController();
        // Settles by itself: the SDK heeds its signal while a request is out, but not while it
        // looks for credentials.
        const abort = (): void => {
          settle(ABORTED);
          controller.abort();
          if (!closed) unanswered();
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
          (error: unknown) => {
            const failure = failureOf(error);
            if (failure.kind === 'unknown' && isTimeout(error)) unanswered();
            settle(failure);
          },
        );
      });
    },
    close() {
      closed = true;
      for (const abort of open) abort();
    },
  };
}

/** The user's timeouts, and the network's own, which take a quarter of an hour. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'TimeoutError' || ('code' in error && error.code === 'ETIMEDOUT');
}
