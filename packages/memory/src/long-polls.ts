import type { Alarms, Runtime } from '@replyq/contract/transport';
import type { Failure, ReceivedMessage, ReceiveRequest } from '@replyq/queue';

/** How a receive ended. */
export type ReceiveEnd =
  | { readonly kind: 'messages'; readonly messages: readonly ReceivedMessage[] }
  | Failure;

interface LongPoll {
  readonly request: ReceiveRequest;
  end(end: ReceiveEnd): void;
}

/** The open long polls of one queue, in the order of their arrival. */
export class LongPolls {
  readonly #runtime: Runtime;
  readonly #alarms: Alarms;
  readonly #takeWhenAborted: boolean;
  readonly #polls = new Set<LongPoll>();

  constructor(
    runtime: Runtime,
    alarms: Alarms,
    options: {
      /** An aborted poll stays open at the service and takes messages that nobody will see. */
      readonly takeWhenAborted: boolean;
    },
  ) {
    this.#runtime = runtime;
    this.#alarms = alarms;
    this.#takeWhenAborted = options.takeWhenAborted;
  }

  get size(): number {
    return this.#polls.size;
  }

  /** Opens a long poll. Its promise never rejects. */
  open(request: ReceiveRequest): Promise<ReceiveEnd> {
    const { signal, waitMs } = request;
    return new Promise((resolve) => {
      const poll: LongPoll = {
        request,
        end: (end) => {
          this.#polls.delete(poll);
          this.#alarms.cancel(alarm);
          signal?.removeEventListener('abort', abort);
          resolve(end);
        },
      };
      const abort = (): void => {
        const aborted = { kind: 'aborted', error: 'The receive was aborted' } as const;
        if (this.#takeWhenAborted) resolve(aborted);
        else poll.end(aborted);
      };
      const alarm = this.#alarms.set(this.#runtime.monotonicMs() + waitMs, () =>
        poll.end({ kind: 'messages', messages: [] }),
      );
      signal?.addEventListener('abort', abort, { once: true });
      this.#polls.add(poll);
    });
  }

  /** Offers `take` to one poll after the other, until it has nothing more. */
  serve(take: (request: ReceiveRequest) => readonly ReceivedMessage[] | undefined): void {
    for (const poll of this.#polls) {
      const messages = take(poll.request);
      if (messages === undefined) return;
      poll.end({ kind: 'messages', messages });
    }
  }

  endAll(failure: Failure): void {
    for (const poll of this.#polls) poll.end(failure);
  }
}
