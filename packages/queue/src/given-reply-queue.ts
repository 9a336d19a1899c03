import {
  isFifo,
  type InboxHealth,
  type QueueRef,
  type Received,
  type ReceiveOptions,
  type ReplyQueue,
  type ReplyQueueReadiness,
} from '@replyq/contract/transport';
import { formatReplyAddress } from '@replyq/contract/wire';
import type { QueueApi } from './queue-api.ts';
import type { QueueDirectory } from './queue-directory.ts';
import { QueueInbox } from './queue-inbox.ts';
import { queueNameOf } from './queue-name.ts';
import { DEFAULT_WAIT_MS } from './queue-options.ts';
import { CLOSED, failedBy, noReplyQueue, receivedNothing } from './reply-queue-readiness.ts';
import { startStopwatch } from './stopwatch.ts';

/** Services tell their time in whole seconds. */
const CLOCK_GRAIN_MS = 2000;

export interface GivenReplyQueueOptions {
  readonly api: QueueApi;
  readonly directory: QueueDirectory;
  readonly queue: QueueRef;
  readonly visibilityMs: number;
  /** Takes it for this requester; false: another one of this transport reads it. */
  readonly take: () => boolean;
  readonly onClose: () => void;
}

interface Open {
  readonly queueUrl: string;
  readonly inbox: QueueInbox;
  readonly sinceOpenedMs: () => number;
}

/**
 * A reply queue that somebody else made, private to one requester. It is looked up and read, and never
 * made, tagged or deleted.
 *
 * G1: what was sent before it was opened is nobody's: no call of this requester had left. It is deleted,
 *     as it was for a process that is no more; else it would come again and again, and look like the
 *     replies of another process that shares the queue.
 */
export class GivenReplyQueue implements ReplyQueue {
  readonly #options: GivenReplyQueueOptions;
  #open: Open | undefined;
  #opening: Promise<ReplyQueueReadiness> | undefined;
  #lastError: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: GivenReplyQueueOptions) {
    this.#options = options;
  }

  get queue(): string {
    return queueNameOf(this.#open?.queueUrl ?? this.#options.queue);
  }

  get framesPerMessage(): number {
    return Infinity;
  }

  isReady(): boolean {
    return this.#open !== undefined && this.#closed === undefined;
  }

  async ready(): Promise<ReplyQueueReadiness> {
    if (this.#closed !== undefined) return CLOSED;
    if (this.isReady()) return { kind: 'ready' };
    this.#opening ??= this.#find().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  addressOf(callId: string): string {
    if (this.#open === undefined) throw noReplyQueue();
    return formatReplyAddress(this.#open.queueUrl, callId);
  }

  async receive(options: ReceiveOptions): Promise<Received> {
    if (this.#closed !== undefined) return { kind: 'closed' };
    const open = this.#open;
    if (open === undefined) {
      if (options.begin === false) return { kind: 'idle' };
      return receivedNothing(await this.ready());
    }
    const received = await open.inbox.receive(options);
    if (received.kind === 'gone') this.#lost(open);
    return received.kind === 'deliveries' ? this.#ofThisLife(open, received) : received;
  }

  async flush(): Promise<void> {
    await this.#open?.inbox.flush();
  }

  async stop(): Promise<void> {
    await this.#open?.inbox.stop();
  }

  health(): InboxHealth {
    if (this.#open !== undefined) return this.#open.inbox.health();
    const lastError = this.#lastError;
    const failed = lastError === undefined ? {} : { lastError };
    return {
      healthy: lastError === undefined,
      failuresInARow: lastError === undefined ? 0 : 1,
      ...failed,
    };
  }

  /** The queue stays: it is the operator's. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#options.onClose();
      await this.#open?.inbox.close();
      await this.#opening;
    })();
    return this.#closed;
  }

  async #find(): Promise<ReplyQueueReadiness> {
    const { api, directory, queue, take, visibilityMs } = this.#options;
    if (!take()) {
      const error = `Another requester of this transport reads ${queue}: it must be private to one.`;
      this.#lastError = error;
      return { kind: 'failed', reason: 'invalid', error };
    }
    const found = await directory.resolve(queue, false);
    if (this.#closed !== undefined) return CLOSED;
    if (found.kind !== 'ok') {
      this.#lastError = found.error;
      return failedBy(found);
    }
    const { queueUrl } = found;
    this.#lastError = undefined;
    this.#open = {
      queueUrl,
      sinceOpenedMs: startStopwatch(api.runtime),
      inbox: new QueueInbox({
        api,
        queue: queueNameOf(queueUrl),
        queueUrl,
        visibilityMs,
        waitMs: DEFAULT_WAIT_MS,
        // What comes ahead of a reply is of its group, which is locked until the delete.
        ackLingerMs: isFifo(queueUrl) ? 0 : visibilityMs / 3,
        notYetUntilMs: -Infinity,
      }),
    };
    return { kind: 'ready' };
  }

  /** G1. */
  #ofThisLife(
    { sinceOpenedMs }: Open,
    received: Extract<Received, { readonly kind: 'deliveries' }>,
  ): Received {
    const openMs = sinceOpenedMs() + CLOCK_GRAIN_MS;
    const deliveries = received.deliveries.filter((delivery) => {
      const isOfNow = delivery.ageMs() <= openMs;
      if (!isOfNow) delivery.ack();
      return isOfNow;
    });
    return { kind: 'deliveries', deliveries };
  }

  #lost(open: Open): void {
    if (this.#open !== open) return;
    open.inbox.abandon();
    this.#options.directory.forget(this.#options.queue);
    this.#open = undefined;
  }
}
