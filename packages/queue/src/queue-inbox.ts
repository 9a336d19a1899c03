import {
  notify,
  sleep,
  type Inbox,
  type InboxHealth,
  type Received,
  type ReceiveOptions,
} from '@replyq/contract/transport';
import type { WireFrame } from '@replyq/contract/wire';
import type { HeldFrame } from './held-message.ts';
import { Holding } from './holding.ts';
import { MessageDensity } from './message-density.ts';
import { PollPace } from './poll-pace.ts';
import type { QueueApi } from './queue-api.ts';
import { isFifo } from './queue-name.ts';
import type { Failure, ReceivedMessage } from './queue-service.ts';
import { backoffDelayMs, RECEIVE_BACKOFF } from './retry.ts';
import type { Separation } from './separation.ts';

/** Failed receives in a row until an inbox calls itself unhealthy. */
const UNHEALTHY_AFTER = 3;
/** Pause while a queue that was just made is not usable yet. */
const NOT_YET_PAUSE_MS = 250;

/** How many requests in one message are taken, and who takes such messages apart again. */
export interface TakenPacks {
  readonly framesPerMessage: number;
  readonly separation: Separation;
}

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
  /** A poll that no receive waits for any more found that the queue does not exist. */
  readonly onGone?: () => void;
  /** Of a reader of requests, not on a FIFO queue. */
  readonly packs?: TakenPacks;
  /** The frames of a message. Default: as replyq writes them. */
  readonly read?: (message: ReceivedMessage) => readonly WireFrame[];
  /** A receive failed; a pause follows. Not of one that was aborted, nor of a queue that is gone. */
  readonly onFailed?: (failure: Failure) => void;
}

/** What the inbox itself hands out. */
export type ReceivedFrames =
  | Exclude<Received, { readonly kind: 'deliveries' }>
  | { readonly kind: 'deliveries'; readonly deliveries: readonly HeldFrame[] };

export interface InboxReceiveOptions extends ReceiveOptions {
  /** How long polls that are begun now wait. Default: the inbox's own. */
  readonly waitMs?: number;
}

type PollEnd = { readonly kind: 'polled' } | { readonly kind: 'gone'; readonly error: string };
/** Ends the wait of one receive; undefined: it should look again. */
type WakeUp = (end: PollEnd | undefined) => void;

/**
 * Reads one queue by long polls. What it received is {@link Holding}'s until it is settled.
 *
 * N1: a receive that ends early leaves its poll open for the next one; none is lost. There are as
 *     many as there are receives, and more when {@link PollPace} says so and there is room.
 * N2: the loop that calls `receive` may call again at once, whatever went wrong: pauses are made here.
 * N3: after {@link stop} nothing is handed out; what a poll still brings is given back.
 * N4: all open polls together ask for no more frames than there is room for, and one message each.
 */
export class QueueInbox implements Inbox {
  readonly queue: string;
  readonly #options: QueueInboxOptions;
  readonly #holding: Holding;
  readonly #closing = new AbortController();
  readonly #pace = new PollPace();
  readonly #ready: HeldFrame[] = [];
  /** The receives that wait, in order. */
  readonly #waiting = new Set<WakeUp>();
  readonly #density: MessageDensity;
  readonly #polls = new Set<Promise<void>>();
  #pausing: Promise<void> | undefined;
  #askedFrames = 0;
  #linked: { readonly signal: AbortSignal; readonly both: AbortSignal } | undefined;
  #accepting = false;
  #stopped = false;
  #failuresInARow = 0;
  #lastReceiveMs: number | undefined;
  #lastError: string | undefined;

  constructor(options: QueueInboxOptions) {
    this.queue = options.queue;
    this.#options = options;
    this.#density = new MessageDensity(options.packs?.framesPerMessage ?? 0);
    this.#holding = new Holding({
      ...options,
      separation: options.packs?.separation,
      fifo: isFifo(options.queue),
      onReady: (deliveries) => {
        this.#ready.push(...deliveries);
        // What a poll brought wakes its own receive when the poll ends.
        if (!this.#accepting) this.#wake();
      },
    });
  }

  get framesPerMessage(): number {
    const { packs } = this.#options;
    return packs?.separation.possible === true ? packs.framesPerMessage : 0;
  }

  /** Messages that were received and are not settled. */
  get heldMessages(): number {
    return this.#holding.size;
  }

  async receive({
    begin = true,
    maxFrames,
    signal,
    waitMs = this.#options.waitMs,
  }: InboxReceiveOptions): Promise<ReceivedFrames> {
    for (;;) {
      if (this.#stopped) return { kind: 'closed' };
      if (this.#ready.length > 0) return this.#take(maxFrames);
      if (signal?.aborted === true) return { kind: 'deliveries', deliveries: [] };
      if (!begin && this.#polls.size === 0) return { kind: 'idle' };
      const ended = this.#nextEnd(signal);
      if (begin) this.#openPolls(maxFrames, waitMs, signal);
      const end = await ended;
      if (end?.kind === 'gone') return end;
      if (end !== undefined) return this.#take(maxFrames);
    }
  }

  /** One receive that waits for nothing, besides those that are open, and what there is after it. */
  async look(maxFrames: number, signal?: AbortSignal): Promise<ReceivedFrames> {
    if (this.#stopped) return { kind: 'closed' };
    const most = this.#options.api.service.limits.maxBatchEntries;
    const end = await this.#receive(Math.min(most, maxFrames), 0, this.#link(signal));
    if (this.#stopped) return { kind: 'closed' };
    return end.kind === 'gone' ? end : this.#take(maxFrames);
  }

  async flush(): Promise<void> {
    await this.#holding.flush();
  }

  /** N3. */
  async stop(): Promise<void> {
    this.#stop();
    await Promise.all(this.#polls);
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#options.onClose?.();
    for (const delivery of this.#ready.splice(0)) delivery.release(0);
    this.#holding.stop();
    this.#wake();
  }

  async close(): Promise<void> {
    this.#stop();
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

  #take(maxFrames: number): ReceivedFrames {
    const nowMs = this.#options.api.runtime.monotonicMs();
    const deliveries: HeldFrame[] = [];
    let taken = 0;
    for (const delivery of this.#ready) {
      if (deliveries.length === maxFrames) break;
      taken += 1;
      // Lost while it waited here: somebody else has it by now.
      if (delivery.held.visibleAtMs > nowMs) deliveries.push(delivery);
      else delivery.release(0);
    }
    this.#ready.splice(0, taken);
    if (this.#ready.length > 0) this.#wake();
    return { kind: 'deliveries', deliveries };
  }

  /** How the next poll ends, or undefined when something else became ready first. */
  #nextEnd(stop: AbortSignal | undefined): Promise<PollEnd | undefined> {
    return new Promise((resolve) => {
      const wakeUp: WakeUp = (end) => {
        this.#waiting.delete(wakeUp);
        stop?.removeEventListener('abort', onStop);
        resolve(end);
      };
      const onStop = (): void => wakeUp(undefined);
      this.#waiting.add(wakeUp);
      stop?.addEventListener('abort', onStop, { once: true });
    });
  }

  #wake(): void {
    for (const wakeUp of this.#waiting) wakeUp(undefined);
  }

  /** N1, N4. */
  #openPolls(maxFrames: number, waitMs: number, signal: AbortSignal | undefined): void {
    const each = this.#density.framesPerMessage;
    const most = this.#options.api.service.limits.maxBatchEntries;
    for (;;) {
      const room = maxFrames - this.#askedFrames;
      const needed = this.#polls.size < this.#waiting.size;
      if (!needed && (this.#polls.size >= this.#pace.wanted || room < each)) return;
      const maxMessages = Math.min(most, this.#density.messagesFor(room));
      this.#poll(maxMessages, maxMessages * each, waitMs, this.#link(signal));
    }
  }

  /** A signal for polls that also end when the inbox closes. The same one is given each time. */
  #link(signal: AbortSignal | undefined): AbortSignal {
    if (signal === undefined) return this.#closing.signal;
    if (this.#linked?.signal !== signal) {
      this.#linked = { signal, both: AbortSignal.any([signal, this.#closing.signal]) };
    }
    return this.#linked.both;
  }

  #poll(maxMessages: number, frames: number, waitMs: number, stop: AbortSignal): void {
    this.#askedFrames += frames;
    const poll = this.#receive(maxMessages, waitMs, stop).then((end) => {
      this.#polls.delete(poll);
      this.#askedFrames -= frames;
      this.#ended(end);
    });
    this.#polls.add(poll);
  }

  #ended(end: PollEnd): void {
    const [first] = this.#waiting;
    if (end.kind === 'gone') {
      if (first === undefined) this.#options.onGone?.();
      for (const wakeUp of this.#waiting) wakeUp(end);
    }
    first?.(end);
  }

  async #receive(maxMessages: number, wishedMs: number, stop: AbortSignal): Promise<PollEnd> {
    const { api, queueUrl, visibilityMs } = this.#options;
    const startedMs = api.runtime.monotonicMs();
    const waitMs = Math.min(wishedMs, api.service.limits.maxWaitMs);
    const request = { queueUrl, maxMessages, waitMs, visibilityMs, signal: stop };
    const result = await api.receive(request);
    if (result.kind !== 'ok') return this.#failed(result, startedMs, stop);
    this.#failuresInARow = 0;
    this.#lastError = undefined;
    this.#lastReceiveMs = api.runtime.monotonicMs();
    const tookMs = this.#lastReceiveMs - startedMs;
    // Twice in one answer is one message, and the later handle is the one that counts.
    const messages = new Map(result.messages.map((message) => [message.messageId, message]));
    const tripMs = api.trips.areLong ? api.trips.ms : 0;
    this.#pace.ended({
      askedMessages: maxMessages,
      messages: messages.size,
      tookMs,
      tripMs,
      waitMs,
    });
    this.#accepting = true;
    for (const message of messages.values()) this.#holding.accept(message, result.serviceTimeMs);
    this.#accepting = false;
    this.#density.received([...messages.values()]);
    // N2: an empty answer at once, instead of after the wait, must not become a loop without a turn.
    if (messages.size === 0 && tookMs < 1) await sleep(api.runtime, 1, { signal: stop });
    return { kind: 'polled' };
  }

  /** N2. */
  async #failed(failure: Failure, startedMs: number, stop: AbortSignal): Promise<PollEnd> {
    const { api, notYetUntilMs } = this.#options;
    if (failure.kind === 'aborted') return { kind: 'polled' };
    this.#pace.failed();
    if (failure.kind === 'gone' && startedMs < notYetUntilMs) {
      await sleep(api.runtime, NOT_YET_PAUSE_MS, { signal: stop });
      return { kind: 'polled' };
    }
    if (failure.kind !== 'gone') this.#options.onFailed?.(failure);
    // What fails together is one failure, and makes one pause.
    if (this.#pausing !== undefined) {
      await this.#pausing;
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
    this.#pausing = sleep(api.runtime, retryInMs, { signal: stop });
    await this.#pausing;
    this.#pausing = undefined;
    return { kind: 'polled' };
  }
}
