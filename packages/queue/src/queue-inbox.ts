import { readMessage } from '@replyq/contract/wire';
import {
  notify,
  sleep,
  type Delivery,
  type Inbox,
  type InboxHealth,
  type Received,
  type ReceiveOptions,
} from '@replyq/contract/transport';
import { GroupLanes } from './group-lanes.ts';
import { Heartbeat } from './heartbeat.ts';
import { HeldMessage, type Settlement } from './held-message.ts';
import type { QueueApi } from './queue-api.ts';
import type { Failure, ReceivedMessage, ReceiveResult } from './queue-service.ts';
import { backoffDelayMs, RECEIVE_BACKOFF } from './retry.ts';
import { Settlements } from './settlements.ts';

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
 * Reads one queue: long polls, cuts messages into frames, holds what it received.
 *
 * N1: what was received is held (its visibility is extended) until it is settled, wherever it waits.
 * N2: a receive that ends early leaves its poll open; the next one takes it over. No poll is lost.
 * N3: of one group, one delivery is out at a time, in order.
 * N4: the loop that calls `receive` may call again at once, whatever went wrong: pauses are made here.
 */
export class QueueInbox implements Inbox {
  readonly queue: string;
  readonly #options: QueueInboxOptions;
  readonly #heartbeat: Heartbeat;
  readonly #settlements: Settlements;
  readonly #lanes = new GroupLanes();
  readonly #closing = new AbortController();
  readonly #openPolls: Promise<PollEnd>[] = [];
  readonly #ready: Delivery[] = [];
  readonly #wakeUps = new Set<() => void>();
  #failuresInARow = 0;
  #lastReceiveMs: number | undefined;
  #lastError: string | undefined;

  constructor(options: QueueInboxOptions) {
    this.queue = options.queue;
    this.#options = options;
    this.#heartbeat = new Heartbeat(options);
    this.#settlements = new Settlements(options);
  }

  async receive(options: ReceiveOptions): Promise<Received> {
    const stop = options.signal;
    for (;;) {
      if (this.#closing.signal.aborted) return { kind: 'closed' };
      if (this.#ready.length > 0) return this.#take(options.maxFrames);
      if (stop?.aborted === true) return { kind: 'deliveries', deliveries: [] };
      // N2: a poll that an earlier receive left open.
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
    await this.#settlements.flush();
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      this.#options.onClose?.();
      for (const held of this.#heartbeat.letAllGo())
        this.#settlements.release(held.message.receiptHandle, 0);
    }
    await this.flush();
  }

  /** Closes without a word to the queue, which is about to be deleted. */
  abandon(): void {
    this.#closing.abort();
    this.#heartbeat.letAllGo();
    this.#settlements.discard();
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
    this.#accept(result);
    return { kind: 'polled' };
  }

  /** N4. */
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

  #accept(result: Extract<ReceiveResult, { readonly kind: 'ok' }>): void {
    // Twice in one answer is one message, and the later handle is the one that counts.
    const messages = new Map(result.messages.map((message) => [message.messageId, message]));
    for (const message of messages.values()) {
      const held = this.#hold(message, result.serviceTimeMs);
      if (this.#closing.signal.aborted) this.#settle(held, { kind: 'release', delayMs: 0 });
      else if (this.#lanes.admit(held)) this.#hand(held);
    }
  }

  #hold(message: ReceivedMessage, serviceTimeMs: number | undefined): HeldMessage {
    const { api, visibilityMs } = this.#options;
    const seenAtMs =
      message.receiveCount <= 1
        ? message.firstReceivedAtMs
        : (serviceTimeMs ?? message.firstReceivedAtMs);
    const held = new HeldMessage({
      message,
      ageMs: Math.max(0, seenAtMs - message.sentAtMs),
      monotonicMs: () => api.runtime.monotonicMs(),
      visibilityMs,
      // What is held at close is given back by it; who settles later comes too late.
      onSettled: (settled, settlement) => {
        if (!this.#closing.signal.aborted) this.#settle(settled, settlement);
      },
    });
    this.#heartbeat.hold(held);
    return held;
  }

  #hand(held: HeldMessage): void {
    const frames = readMessage(held.message);
    for (const { malformed } of frames) {
      if (malformed === undefined) continue;
      const { messageId } = held.message;
      notify(this.#options.api.observer, {
        kind: 'frameMalformed',
        queue: this.queue,
        messageId,
        detail: malformed,
      });
    }
    this.#ready.push(...held.deliveries(frames));
  }

  #settle(held: HeldMessage, settlement: Settlement): void {
    this.#heartbeat.letGo(held);
    const { receiptHandle } = held.message;
    if (settlement.kind === 'ack') {
      this.#settlements.ack(receiptHandle);
      const next = this.#lanes.next(held);
      if (next === undefined) return;
      this.#hand(next);
      this.#wake();
      return;
    }
    for (const each of [held, ...this.#lanes.clear(held)]) {
      this.#heartbeat.letGo(each);
      this.#settlements.release(each.message.receiptHandle, settlement.delayMs);
    }
  }
}
