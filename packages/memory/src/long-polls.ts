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

export interface LongPollsOptions {
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  /** An aborted poll stays open at the service and takes messages that nobody will see. */
  readonly takeWhenAborted: boolean;
  /** The messages for one poll, or undefined when there are none. */
  take(request: ReceiveRequest): readonly ReceivedMessage[] | undefined;
}

/** The open long polls of one queue, in the order of their arrival. */
export class LongPolls {
  readonly #options: LongPollsOptions;
  readonly #polls = new Set<LongPoll>();
  #woken = false;

  constructor(options: LongPollsOptions) {
    this.#options = options;
  }

  /** Opens a long poll. Its promise never rejects. */
  open(request: ReceiveRequest): Promise<ReceiveEnd> {
    const { runtime, alarms, takeWhenAborted } = this.#options;
    const { signal, waitMs } = request;
    return new Promise((resolve) => {
      const poll: LongPoll = {
        request,
        end: (end) => {
          this.#polls.delete(poll);
          alarms.cancel(alarm);
          signal?.removeEventListener('abort', abort);
          resolve(end);
        },
      };
      const abort = (): void => {
        const aborted = { kind: 'aborted', error: 'The receive was aborted' } as const;
        if (takeWhenAborted) resolve(aborted);
        else poll.end(aborted);
      };
      const alarm = alarms.set(runtime.monotonicMs() + waitMs, () =>
        poll.end({ kind: 'messages', messages: [] }),
      );
      signal?.addEventListener('abort', abort, { once: true });
      this.#polls.add(poll);
    });
  }

  /**
   * There may be something to take. The polls are served in a microtask, so that messages that come
   * together leave together and in order.
   */
  wake(): void {
    if (this.#woken || this.#polls.size === 0) return;
    this.#woken = true;
    queueMicrotask(() => this.serve());
  }

  /** Serves the polls that were woken and not served yet, one after the other. */
  serve(): void {
    if (!this.#woken) return;
    this.#woken = false;
    for (const poll of this.#polls) {
      const messages = this.#options.take(poll.request);
      if (messages === undefined) return;
      poll.end({ kind: 'messages', messages });
    }
  }

  endAll(failure: Failure): void {
    for (const poll of this.#polls) poll.end(failure);
  }
}
