import type { QueueRef, ReplyQueue } from '@replyq/contract/transport';
import { GivenReplyQueue } from './given-reply-queue.ts';
import { HostReplyQueue } from './host-reply-queue.ts';
import type { QueueApi } from './queue-api.ts';
import type { QueueDirectory } from './queue-directory.ts';
import type { ResolvedReplyQueueSettings } from './queue-options.ts';
import { Sweeper } from './sweeper.ts';

export interface HostReplyQueuesOptions {
  readonly api: QueueApi;
  readonly directory: QueueDirectory;
  readonly settings: ResolvedReplyQueueSettings;
}

/**
 * The reply queues of one transport, one for each requester; and the sweeper, which runs as long as one of
 * them is there.
 */
export class HostReplyQueues {
  readonly #options: HostReplyQueuesOptions;
  readonly #sweeper: Sweeper | undefined;
  /** Those that are open, by client. */
  readonly #open = new Map<string, HostReplyQueue>();
  #reader: GivenReplyQueue | undefined;
  #closed = false;

  constructor(options: HostReplyQueuesOptions) {
    const { prefix, sweepEveryMs } = options.settings;
    this.#options = options;
    if (sweepEveryMs === undefined) return;
    this.#sweeper = new Sweeper({
      api: options.api,
      prefix,
      everyMs: sweepEveryMs,
      clientId: () => this.#open.keys().next().value ?? '-',
      isOwn: (queue) => this.isOwn(queue),
    });
  }

  open(clientId: string): ReplyQueue {
    const { queue } = this.#options.settings;
    const replyQueue = queue === undefined ? this.#openHost(clientId) : this.#openGiven(queue);
    // Nothing was made yet: this only makes it say so.
    if (this.#closed) void replyQueue.close();
    return replyQueue;
  }

  isOwn(queue: string): boolean {
    return [...this.#open.values()].some((own) => own.queue === queue);
  }

  /** The queues themselves are closed by those who opened them. */
  close(): void {
    this.#closed = true;
    this.#sweeper?.stop();
  }

  #openHost(clientId: string): ReplyQueue {
    const replyQueue = new HostReplyQueue({
      ...this.#options,
      clientId,
      onMade: () => {
        if (!this.#closed) this.#sweeper?.start();
      },
      onClose: () => {
        this.#open.delete(clientId);
        if (this.#open.size === 0) this.#sweeper?.stop();
      },
    });
    this.#open.set(clientId, replyQueue);
    return replyQueue;
  }

  #openGiven(queue: QueueRef): ReplyQueue {
    const { api, directory, settings } = this.#options;
    const replyQueue: GivenReplyQueue = new GivenReplyQueue({
      api,
      directory,
      queue,
      visibilityMs: settings.visibilityMs,
      take: () => (this.#reader ??= replyQueue) === replyQueue,
      onClose: () => {
        if (this.#reader === replyQueue) this.#reader = undefined;
      },
    });
    return replyQueue;
  }
}
