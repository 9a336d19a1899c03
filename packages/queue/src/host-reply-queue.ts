import {
  notify,
  sleep,
  type InboxHealth,
  type Received,
  type ReceiveOptions,
  type ReplyQueue,
  type ReplyQueueReadiness,
} from '@replyq/contract/transport';
import { formatReplyAddress } from '@replyq/contract/wire';
import { LiveHostQueue } from './host-live-queue.ts';
import { HostQueues } from './host-queues.ts';
import type { QueueApi } from './queue-api.ts';
import type { HostQueueSettings } from './queue-options.ts';
import { CLOSED, failedBy, noReplyQueue, receivedNothing } from './reply-queue-readiness.ts';
import { backoffDelayMs, SEND_BACKOFF } from './retry.ts';

/** Attempts to make a queue until the calls that wait for it fail. */
const MAX_ATTEMPTS = 8;

export interface HostReplyQueueOptions {
  readonly api: QueueApi;
  readonly clientId: string;
  readonly settings: HostQueueSettings;
  /** It was made, or made again. */
  readonly onMade?: () => void;
  readonly onClose?: () => void;
}

/** What there is of the queue: each state holds only what it owns. */
type State =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'proving';
      readonly proof: Promise<ReplyQueueReadiness>;
      readonly live: LiveHostQueue | undefined;
    }
  | { readonly kind: 'live'; readonly live: LiveHostQueue }
  | { readonly kind: 'closed' };

/**
 * The host queue of one requester, `<prefix><clientId>-<n>`: made lazily with its tags, kept from
 * being swept by a heartbeat, made again under the next `n` when it is gone, deleted on close.
 */
export class HostReplyQueue implements ReplyQueue {
  readonly #options: HostReplyQueueOptions;
  readonly #queues: HostQueues;
  readonly #closing = new AbortController();
  #state: State = { kind: 'none' };
  #n = 0;
  /** Of the attempts to make it. */
  #failuresInARow = 0;
  #lastError: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: HostReplyQueueOptions) {
    this.#options = options;
    this.#queues = new HostQueues(options);
  }

  get queue(): string {
    return this.#live()?.name ?? this.#nameOf(this.#n);
  }

  /** A reply settles as it comes: there is no bound. */
  get framesPerMessage(): number {
    return Infinity;
  }

  isReady(): boolean {
    const state = this.#state;
    return state.kind === 'live' && !state.live.isStale();
  }

  ready(): Promise<ReplyQueueReadiness> {
    const state = this.#state;
    if (state.kind === 'closed') return Promise.resolve(CLOSED);
    if (state.kind === 'proving') return state.proof;
    if (this.isReady()) return Promise.resolve({ kind: 'ready' });
    const live = state.kind === 'live' ? state.live : undefined;
    const proof = this.#prove(live);
    this.#state = { kind: 'proving', proof, live };
    return proof;
  }

  addressOf(callId: string): string {
    const live = this.#live();
    if (live === undefined) throw noReplyQueue();
    return formatReplyAddress(live.queueUrl, callId);
  }

  async receive(options: ReceiveOptions): Promise<Received> {
    const live = this.#live();
    if (live === undefined) {
      if (this.#state.kind === 'closed') return { kind: 'closed' };
      if (options.begin === false) return { kind: 'idle' };
      return receivedNothing(await this.ready());
    }
    const received = await live.inbox.receive(options);
    if (received.kind === 'gone') this.#lost(live);
    return this.#state.kind === 'closed' ? { kind: 'closed' } : received;
  }

  async flush(): Promise<void> {
    await this.#live()?.inbox.flush();
  }

  async stop(): Promise<void> {
    await this.#live()?.inbox.stop();
  }

  health(): InboxHealth {
    const live = this.#live();
    if (live !== undefined) return live.inbox.health();
    const lastError = this.#lastError;
    const failed = lastError === undefined ? {} : { lastError };
    return { healthy: lastError === undefined, failuresInARow: this.#failuresInARow, ...failed };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const state = this.#state;
    const live = this.#live();
    this.#state = { kind: 'closed' };
    this.#closing.abort();
    this.#options.onClose?.();
    live?.end();
    await live?.delete();
    // A queue that was being made is deleted by its maker, who sees that we are closed.
    if (state.kind === 'proving') await state.proof;
  }

  #live(): LiveHostQueue | undefined {
    const state = this.#state;
    return state.kind === 'live' || state.kind === 'proving' ? state.live : undefined;
  }

  async #prove(live: LiveHostQueue | undefined): Promise<ReplyQueueReadiness> {
    if (live !== undefined) {
      const beat = await live.beat();
      if (this.#state.kind === 'closed') return CLOSED;
      if (beat.kind !== 'gone') {
        // Unproven for want of an answer: calls go on for a while, and the poll will tell.
        if (beat.kind !== 'ok') live.putOff();
        this.#state = { kind: 'live', live };
        return { kind: 'ready' };
      }
      live.end();
      this.#n += 1;
      // From here on nobody is given its address.
      if (this.#state.kind === 'proving') this.#state = { ...this.#state, live: undefined };
    }
    return this.#make();
  }

  async #make(): Promise<ReplyQueueReadiness> {
    const { api } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const name = this.#nameOf(this.#n);
      const result = await this.#queues.create(name);
      if (result.kind === 'ok') {
        // An attempt before, whose answer was lost, may have made it, with the tags of then.
        const clockWasOff = result.clockWasOff || attempt > 1;
        return this.#opened(name, { ...result, clockWasOff });
      }
      this.#failuresInARow = attempt;
      this.#lastError = result.error;
      if (this.#state.kind === 'closed') return CLOSED;
      if (result.kind === 'deletedRecently' || result.kind === 'exists') this.#n += 1;
      const failed = failedBy(result);
      if (failed.reason !== 'unavailable' || attempt === MAX_ATTEMPTS) {
        this.#state = { kind: 'none' };
        return failed;
      }
      await sleep(
        api.runtime,
        backoffDelayMs(SEND_BACKOFF, attempt, () => api.runtime.random()),
        { signal: this.#closing.signal, keepAlive: true },
      );
      if (this.#closing.signal.aborted) return CLOSED;
    }
  }

  async #opened(
    name: string,
    made: { readonly queueUrl: string; readonly clockWasOff: boolean },
  ): Promise<ReplyQueueReadiness> {
    const { api, onMade, settings } = this.#options;
    const live = new LiveHostQueue({ ...made, api, queues: this.#queues, settings, name });
    notify(api.observer, { kind: 'replyQueueMade', queue: name });
    if (this.#state.kind === 'closed') {
      await live.delete();
      return CLOSED;
    }
    this.#failuresInARow = 0;
    this.#lastError = undefined;
    this.#state = { kind: 'live', live };
    live.keep(() => this.#lost(live));
    onMade?.();
    return { kind: 'ready' };
  }

  #lost(live: LiveHostQueue): void {
    if (this.#state.kind !== 'live' || this.#state.live !== live) return;
    live.end();
    this.#n += 1;
    this.#state = { kind: 'none' };
  }

  #nameOf(n: number): string {
    return `${this.#options.settings.prefix}${this.#options.clientId}-${n}`;
  }
}
