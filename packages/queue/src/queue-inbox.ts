import {
  notify,
  sleep,
  type Delivery,
  type Inbox,
  type InboxHealth,
  type Received,
  type ReceiveOptions,
} from '@replyq/contract/transport';
import { Holding } from './holding.ts';
import type { QueueApi } from './queue-api.ts';
import { isFifo } from './queue-name.ts';
import type { Failure } from './queue-service.ts';
import { backoffDelayMs, RECEIVE_BACKOFF } from './retry.ts';

/** Failed receives in a row until an inbox calls itself unhealthy. */
const UNHEALTHY_AFTER = 3;
/** Pause while a queue that was just made is not usable yet. */
const NOT_YET_PAUSE_MS = 250;

export interface QueueInboxOptions {
  readonly api: QueueApi;
  readonly queue: string;
  readonly queueUrl: string;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly ackLingerMs: number;
  /** Until then `gone` means that the queue, which was just made, is not usable yet. */
  readonly notYetUntilMs: number;
  readonly onClose?: () => void;
}

type PollEnd = { readonly kind: 'polled' } | { readonly kind: 'gone'; readonly error: string };

/**
 * Reads one queue by long polls. What it received is {@link Holding}'s until it is settled.
 *
 * N1: a receive that ends early leaves its poll open; the next one takes it over. No poll is lost.
 * N2: the loop that calls `receive` may call again at once, whatever went wrong: pauses are made here.
 * N3: after {@link stop} nothing is handed out; what a poll still brings is given back.
 */
export class QueueInbox implements Inbox {
  readonly queue: string;
  readonly #options: QueueInboxOptions;
  readonly #holding: Holding;
  readonly #closing = new AbortController();
  readonly #openPolls: Promise<PollEnd>[] = [];
  readonly #ready: Delivery[] = [];
  readonly #wakeUps = new Set<() => void>();
  #accepting = false;
  #stopped = false;
  #failuresInARow = 0;
  #lastReceiveMs: number | undefined;
  #lastError: string | undefined;

  constructor(options: QueueInboxOptions) {
    this.queue = options.queue;
    this.#options = options;
    this.#holding = new Holding({
      ...options,
      fifo: isFifo(options.queue),
      onReady: (deliveries) => {
        this.#ready.push(...deliveries);
        // What a poll brought wakes its own receive when the poll ends.
        if (!this.#accepting) this.#wake();
      },
    });
  }

  async receive(options: ReceiveOptions): Promise<Received> {
    const stop = options.signal;
    for (;;) {
      if (this.#stopped) return { kind: 'closed' };
      if (this.#ready.length > 0) return this.#take(options.maxFrames);
      if (stop?.aborted === true) return { kind: 'deliveries', deliveries: [] };
      // N1: a poll that an earlier receive left open.
      const takenOver = this.#openPolls.shift();
      const poll = takenOver ?? this.#poll(options);
      // Its own poll ends by `stop` itself; one that was taken over listens to another signal.
      const end = await this.#firstOf(poll, takenOver === undefined ? undefined : stop);
      if (end === undefined) this.#openPolls.push(poll);
      else if (end.kind === 'gone') return end;
      else return this.#take(options.maxFrames);
    }
  }

  async flush(): Promise<void> {
    await this.#holding.flush();
  }

  /** N3. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#options.onClose?.();
    for (const delivery of this.#ready.splice(0)) delivery.release(0);
    this.#holding.stop();
    this.#wake();
  }

  async close(): Promise<void> {
    this.stop();
    this.#closing.abort();
    this.#holding.close();
    await this.flush();
  }

  /** Closes without a word to the queue, which is about to be deleted. */
  abandon(): void {
    this.#stopped = true;
    this.#closing.abort();
    this.#holding.abandon();
    this.#wake();
  }

  health(): InboxHealth {
    const nowMs = this.#options.api.runtime.monotonicMs();
    return {
      healthy: this.#failuresInARow < UNHEALTHY_AFTER,
      failuresInARow: this.#failuresInARow,
      ...(this.#lastReceiveMs === undefined
        ? {}
        : { lastReceiveAgoMs: nowMs - this.#lastReceiveMs }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  #take(maxFrames: number): Received {
    const deliveries = this.#ready.splice(0, maxFrames);
    if (this.#ready.length > 0) this.#wake();
    return { kind: 'deliveries', deliveries };
  }

  /** The end of the poll, or undefined when something else became ready first. */
  #firstOf(poll: Promise<PollEnd>, stop: AbortSignal | undefined): Promise<PollEnd | undefined> {
    return new Promise((resolve) => {
      const settle = (end: PollEnd | undefined): void => {
        this.#wakeUps.delete(wakeUp);
        stop?.removeEventListener('abort', wakeUp);
        resolve(end);
      };
      const wakeUp = (): void => settle(undefined);
      this.#wakeUps.add(wakeUp);
      stop?.addEventListener('abort', wakeUp, { once: true });
      void poll.then(settle);
    });
  }

  #wake(): void {
    for (const wakeUp of this.#wakeUps) wakeUp();
    this.#wakeUps.clear();
  }

  async #poll({ maxFrames, signal }: ReceiveOptions): Promise<PollEnd> {
    const { api, queueUrl, visibilityMs, waitMs } = this.#options;
    const stop =
      signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    const startedMs = api.runtime.monotonicMs();
    const result = await api.receive({
      queueUrl,
      maxMessages: Math.min(api.service.limits.maxBatchEntries, Math.max(1, maxFrames)),
      waitMs: Math.min(waitMs, api.service.limits.maxWaitMs),
      visibilityMs,
      signal: stop,
    });
    if (result.kind !== 'ok') return this.#failed(result, stop);
    this.#failuresInARow = 0;
    this.#lastError = undefined;
    this.#lastReceiveMs = api.runtime.monotonicMs();
    // Twice in one answer is one message, and the later handle is the one that counts.
    const messages = new Map(result.messages.map((message) => [message.messageId, message]));
    this.#accepting = true;
    for (const message of messages.values()) this.#holding.accept(message, result.serviceTimeMs);
    this.#accepting = false;
    // N2: an empty answer at once, instead of after the wait, must not become a loop without a turn.
    const tookMs = api.runtime.monotonicMs() - startedMs;
    if (messages.size === 0 && tookMs < 1) await sleep(api.runtime, 1, { signal: stop });
    return { kind: 'polled' };
  }

  /** N2. */
  async #failed(failure: Failure, stop: AbortSignal): Promise<PollEnd> {
    const { api, notYetUntilMs } = this.#options;
    if (failure.kind === 'aborted') return { kind: 'polled' };
    if (failure.kind === 'gone' && api.runtime.monotonicMs() < notYetUntilMs) {
      await sleep(api.runtime, NOT_YET_PAUSE_MS, { signal: stop });
      return { kind: 'polled' };
    }
    this.#failuresInARow += 1;
    this.#lastError = failure.error;
    const retryInMs = backoffDelayMs(RECEIVE_BACKOFF, this.#failuresInARow, () =>
      api.runtime.random(),
    );
    notify(api.observer, {
      kind: 'receiveFailed',
      queue: this.queue,
      error: failure.error,
      retryInMs,
    });
    if (failure.kind === 'gone') return { kind: 'gone', error: failure.error };
    await sleep(api.runtime, retryInMs, { signal: stop });
    return { kind: 'polled' };
  }
}
