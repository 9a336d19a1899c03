import { RpcError } from '@replyq/contract';
import {
  notify,
  sleep,
  type InboxHealth,
  type Received,
  type ReceiveOptions,
  type ReplyQueue,
  type ReplyQueueReadiness,
  type Timer,
} from '@replyq/contract/transport';
import { formatReplyAddress } from '@replyq/contract/wire';
import { HostQueues, NOT_YET_MS } from './host-queues.ts';
import type { QueueApi } from './queue-api.ts';
import { QueueInbox } from './queue-inbox.ts';
import { DEFAULT_WAIT_MS, type ResolvedQueueOptions } from './queue-options.ts';
import type { Failure } from './queue-service.ts';
import { backoffDelayMs, SEND_BACKOFF } from './retry.ts';

/** Attempts to make a queue until the calls that wait for it fail. */
const MAX_ATTEMPTS = 8;
/** How long calls go on without asking again, when the service would not say whether the queue exists. */
const UNPROVEN_MS = 30_000;

export interface HostReplyQueueOptions {
  readonly api: QueueApi;
  readonly clientId: string;
  readonly settings: ResolvedQueueOptions['replyQueue'];
}

/** What there is of the queue: each state holds only what it owns. */
type State =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'proving';
      readonly proof: Promise<ReplyQueueReadiness>;
      readonly live: Live | undefined;
    }
  | { readonly kind: 'live'; readonly live: Live }
  | { readonly kind: 'closed' };

interface Live {
  readonly name: string;
  readonly queueUrl: string;
  readonly inbox: QueueInbox;
  readonly madeAtMs: number;
  /** When its existence was last proven, by making it or by a heartbeat. */
  provenAtMs: number;
}

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
  #heartbeat: Timer | undefined;
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
    return state.kind === 'live' && !this.#isStale(state.live);
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
    if (live === undefined) {
      throw new RpcError({ code: 'REPLY_QUEUE_LOST', message: 'There is no reply queue now.' });
    }
    return formatReplyAddress(live.queueUrl, callId);
  }

  async receive(options: ReceiveOptions): Promise<Received> {
    const live = this.#live();
    if (live === undefined) {
      if (this.#state.kind === 'closed') return { kind: 'closed' };
      if (options.begin === false) return { kind: 'idle' };
      const readiness = await this.ready();
      if (readiness.kind === 'ready') return { kind: 'deliveries', deliveries: [] };
      return readiness.reason === 'closed'
        ? { kind: 'closed' }
        : { kind: 'gone', error: readiness.error };
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
    this.#heartbeat?.cancel();
    live?.inbox.abandon();
    if (live !== undefined) await this.#delete(live);
    // A queue that was being made is deleted by its maker, who sees that we are closed.
    if (state.kind === 'proving') await state.proof;
  }

  #live(): Live | undefined {
    const state = this.#state;
    return state.kind === 'live' || state.kind === 'proving' ? state.live : undefined;
  }

  #isStale(live: Live): boolean {
    const { api, settings } = this.#options;
    return api.runtime.monotonicMs() - live.provenAtMs > settings.idleRetentionMs / 2;
  }

  async #prove(live: Live | undefined): Promise<ReplyQueueReadiness> {
    if (live !== undefined) {
      const beat = await this.#beat(live);
      if (this.#state.kind === 'closed') return CLOSED;
      if (beat.kind !== 'gone') {
        // Unproven for want of an answer: calls go on for a while, and the poll will tell.
        if (beat.kind !== 'ok') this.#putOff(live);
        this.#state = { kind: 'live', live };
        return { kind: 'ready' };
      }
      live.inbox.abandon();
      this.#n += 1;
      // From here on nobody is given its address.
      if (this.#state.kind === 'proving') this.#state = { ...this.#state, live: undefined };
    }
    return this.#make();
  }

  /** Stale again only in a while, so that a forbidden TagQueue does not cost each call a request. */
  #putOff(live: Live): void {
    const { api, settings } = this.#options;
    live.provenAtMs = api.runtime.monotonicMs() - settings.idleRetentionMs / 2 + UNPROVEN_MS;
  }

  async #make(): Promise<ReplyQueueReadiness> {
    const { api } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const name = this.#nameOf(this.#n);
      const result = await this.#queues.create(name);
      if (result.kind === 'ok') return this.#opened(name, result.queueUrl);
      this.#failuresInARow = attempt;
      this.#lastError = result.error;
      if (this.#state.kind === 'closed') return CLOSED;
      if (result.kind === 'deletedRecently' || result.kind === 'exists') this.#n += 1;
      const refused = result.kind === 'denied' || result.kind === 'invalid';
      if (refused || attempt === MAX_ATTEMPTS) {
        this.#state = { kind: 'none' };
        return { kind: 'failed', reason: reasonOf(result), error: result.error };
      }
      await sleep(
        api.runtime,
        backoffDelayMs(SEND_BACKOFF, attempt, () => api.runtime.random()),
        { signal: this.#closing.signal, keepAlive: true },
      );
      if (this.#closing.signal.aborted) return CLOSED;
    }
  }

  async #opened(name: string, queueUrl: string): Promise<ReplyQueueReadiness> {
    const { api, settings } = this.#options;
    const nowMs = api.runtime.monotonicMs();
    const inbox = new QueueInbox({
      api,
      queue: name,
      queueUrl,
      visibilityMs: settings.visibilityMs,
      waitMs: DEFAULT_WAIT_MS,
      ackLingerMs: settings.visibilityMs / 3,
      notYetUntilMs: nowMs + NOT_YET_MS,
    });
    const live: Live = { name, queueUrl, inbox, madeAtMs: nowMs, provenAtMs: nowMs };
    notify(api.observer, { kind: 'replyQueueMade', queue: name });
    if (this.#state.kind === 'closed') {
      await this.#delete(live);
      return CLOSED;
    }
    this.#failuresInARow = 0;
    this.#lastError = undefined;
    this.#state = { kind: 'live', live };
    this.#armHeartbeat();
    return { kind: 'ready' };
  }

  #lost(live: Live): void {
    if (this.#state.kind !== 'live' || this.#state.live !== live) return;
    live.inbox.abandon();
    this.#heartbeat?.cancel();
    this.#n += 1;
    this.#state = { kind: 'none' };
  }

  #armHeartbeat(): void {
    const { api, settings } = this.#options;
    const jitter = 0.9 + 0.2 * api.runtime.random();
    this.#heartbeat?.cancel();
    this.#heartbeat = api.runtime.setTimer(settings.heartbeatIntervalMs * jitter, () => {
      const live = this.#live();
      if (live === undefined) return;
      this.#armHeartbeat(); // Before the beat: whatever it meets, there will be a next one.
      void this.#beat(live).then(({ kind }) => {
        if (kind === 'gone') this.#lost(live);
      });
    });
  }

  async #beat(live: Live): Promise<Failure | { readonly kind: 'ok' }> {
    const startedMs = this.#options.api.runtime.monotonicMs();
    const result = await this.#queues.beat(live.name, live.queueUrl);
    if (result.kind === 'ok') live.provenAtMs = startedMs;
    // Of a queue so young, `gone` only means that it cannot be used yet.
    const young = result.kind === 'gone' && startedMs < live.madeAtMs + NOT_YET_MS;
    return young ? { kind: 'unknown', error: result.error } : result;
  }

  #delete(live: Live): Promise<void> {
    return this.#queues.delete(live.name, live.queueUrl, live.madeAtMs);
  }

  #nameOf(n: number): string {
    return `${this.#options.settings.prefix}${this.#options.clientId}-${n}`;
  }
}

const CLOSED: ReplyQueueReadiness = {
  kind: 'failed',
  reason: 'closed',
  error: 'The requester was closed.',
};

function reasonOf({ kind }: Failure): 'denied' | 'invalid' | 'unavailable' {
  return kind === 'denied' || kind === 'invalid' ? kind : 'unavailable';
}
