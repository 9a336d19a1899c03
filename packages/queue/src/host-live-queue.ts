import type { Timer } from '@replyq/contract/transport';
import { NOT_YET_MS, type HostQueues } from './host-queues.ts';
import type { QueueApi } from './queue-api.ts';
import { QueueInbox } from './queue-inbox.ts';
import type { QueueInboxOptions } from './queue-inbox-options.ts';
import { DEFAULT_WAIT_MS, type HostQueueSettings } from './queue-options.ts';
import type { Failure } from './queue-service.ts';
import { startStopwatch } from './stopwatch.ts';

/** How long calls go on without asking again, when the service would not say whether the queue exists. */
const UNPROVEN_MS = 30_000;

/** Heartbeats that fail become rarer, down to three in the time after which the queue may be swept. */
const LEAST_BEATS = 3;

export interface LiveHostQueueOptions {
  readonly api: QueueApi;
  readonly queues: HostQueues;
  readonly settings: HostQueueSettings;
  readonly name: string;
  readonly queueUrl: string;
  /** Its tags may tell a wrong time: the first heartbeat comes as soon as the queue can be used. */
  readonly clockWasOff?: boolean;
  /** How it is read, other than by a requester. */
  readonly inbox?: Pick<
    QueueInboxOptions,
    'ackLingerMs' | 'notYetUntilMs' | 'onFailed' | 'onUnawaited' | 'read' | 'visibilityMs'
  >;
}

/**
 * One host queue that was made: its inbox, and its heartbeat, which beats whether or not the queue is
 * used. Whatever a beat meets, there is a next one, until {@link end}.
 */
export class LiveHostQueue {
  readonly name: string;
  readonly queueUrl: string;
  readonly inbox: QueueInbox;
  readonly #options: LiveHostQueueOptions;
  readonly #madeAtMs: number;
  /** How long ago its existence was last proven, by making it or by a heartbeat. */
  #sinceProvenMs: () => number;
  /** Added to that, where it was put off: so that it is stale again soon. */
  #headStartMs = 0;
  #failuresInARow = 0;
  #beatSoon: boolean;
  #timer: Timer | undefined;
  #onGone: (() => void) | undefined;

  constructor(options: LiveHostQueueOptions) {
    const { api, name, queueUrl, settings } = options;
    this.name = name;
    this.queueUrl = queueUrl;
    this.#options = options;
    this.#beatSoon = options.clockWasOff ?? false;
    this.#madeAtMs = api.runtime.monotonicMs();
    this.#sinceProvenMs = startStopwatch(api.runtime);
    this.inbox = new QueueInbox({
      api,
      queue: name,
      queueUrl,
      visibilityMs: settings.visibilityMs,
      waitMs: DEFAULT_WAIT_MS,
      ackLingerMs: settings.visibilityMs / 3,
      notYetUntilMs: this.#madeAtMs + NOT_YET_MS,
      ...options.inbox,
      onGone: () => this.#onGone?.(),
    });
  }

  /** True: a call must not leave before the queue was shown to exist. */
  isStale(): boolean {
    const { idleRetentionMs } = this.#options.settings;
    return this.#sinceProvenMs() + this.#headStartMs > idleRetentionMs / 2;
  }

  /** Stale again only in a while, so that a forbidden TagQueue does not cost each call a request. */
  putOff(): void {
    const { api, settings } = this.#options;
    this.#sinceProvenMs = startStopwatch(api.runtime);
    this.#headStartMs = settings.idleRetentionMs / 2 - UNPROVEN_MS;
  }

  /** Beats by itself from now on. `onGone`: a beat, or a poll that nobody waits for, found that it does not exist. */
  keep(onGone: () => void): void {
    this.#onGone = onGone;
    const { api } = this.#options;
    const jitter = 0.9 + 0.2 * api.runtime.random();
    this.#timer?.cancel();
    // Each attempt that fails puts the next one off for longer, down to the usual.
    const soonMs = this.#beatSoon ? NOT_YET_MS * 2 ** Math.min(this.#failuresInARow, 20) : Infinity;
    const inMs = Math.min(soonMs, this.#intervalMs() * jitter);
    this.#timer = api.runtime.setTimer(inMs, () => {
      this.keep(onGone); // Before the beat: whatever it meets, there will be a next one.
      void this.beat().then(({ kind }) => {
        if (kind === 'gone') onGone();
      });
    });
  }

  async beat(): Promise<Failure | { readonly kind: 'ok' }> {
    const { api, queues } = this.#options;
    const startedMs = api.runtime.monotonicMs();
    const sinceAskedMs = startStopwatch(api.runtime);
    const result = await queues.beat(this.name, this.queueUrl);
    if (result.kind === 'ok') {
      this.#sinceProvenMs = sinceAskedMs;
      this.#headStartMs = 0;
      this.#beatSoon = false;
    }
    this.#failuresInARow = result.kind === 'ok' ? 0 : this.#failuresInARow + 1;
    // Of a queue so young, `gone` only means that it cannot be used yet.
    const young = result.kind === 'gone' && startedMs < this.#madeAtMs + NOT_YET_MS;
    return young ? { kind: 'unknown', error: result.error } : result;
  }

  /** It is given up, without a word to it. */
  end(): void {
    this.#timer?.cancel();
    this.inbox.abandon();
  }

  delete(): Promise<void> {
    return this.#options.queues.delete(this.name, this.queueUrl, this.#madeAtMs);
  }

  /** The tag quota is the account's: who is throttled asks less often. */
  #intervalMs(): number {
    const { heartbeatIntervalMs, idleRetentionMs } = this.#options.settings;
    const most = Math.max(heartbeatIntervalMs, idleRetentionMs / LEAST_BEATS);
    return Math.min(most, heartbeatIntervalMs * 2 ** Math.min(this.#failuresInARow, 20));
  }
}
