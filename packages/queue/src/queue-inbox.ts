import {
  type Inbox,
  type InboxHealth,
  isFifo,
  type Polled,
  type Received,
  type ReceiveOptions,
  TransientSet,
} from '@replyq/contract/transport';
import type { HeldFrame } from './held-message.ts';
import { Holding } from './holding.ts';
import type { QueueInboxOptions } from './queue-inbox-options.ts';
import { QueueReceiver, type PollEnd } from './queue-receiver.ts';

/** What the inbox itself hands out. */
export type ReceivedFrames =
  | Exclude<Received, { readonly kind: 'deliveries' }>
  | {
      readonly kind: 'deliveries';
      readonly deliveries: readonly HeldFrame[];
      readonly polled?: Polled;
    };

export interface InboxReceiveOptions extends ReceiveOptions {
  /** How long polls that are begun now wait. Default: the inbox's own. */
  readonly waitMs?: number;
}

/**
 * What part of the room makes another poll worthwhile, though a message may bring more than fits: two or three of hundreds
 * of slots would cost requests, three of eight would stand idle.
 */
const WORTHWHILE = 1 / 8;

/** Ends the wait of one receive; undefined: it should look again. */
type WakeUp = (end: PollEnd | undefined) => void;

/**
 * Reads one queue by long polls. What it received is {@link Holding}'s until it is settled.
 *
 * N1: a receive that ends early leaves its poll open for the next one; none is lost. There are as
 *     many as there are receives, and more when the pace says so and there is room.
 * N2: the loop that calls `receive` may call again at once, whatever went wrong: {@link QueueReceiver} pauses.
 * N3: after {@link stop} nothing is handed out; what a poll still brings is given back.
 * N4: together they ask for no more frames than there is room for, but each for one message, however many that holds.
 */
export class QueueInbox implements Inbox {
  readonly queue: string;
  readonly #options: QueueInboxOptions;
  readonly #holding: Holding;
  readonly #receiver: QueueReceiver;
  readonly #closing = new AbortController();
  readonly #ready: HeldFrame[] = [];
  /** The receives that wait, in order. */
  readonly #waiting = new TransientSet<WakeUp>();
  readonly #polls = new TransientSet<Promise<void>>();
  #askedFrames = 0;
  /** Of the polls that ended since something was last handed out. */
  #polled: Polled | undefined;
  #linked: { readonly signal: AbortSignal; readonly both: AbortSignal } | undefined;
  #accepting = false;
  #stopped = false;

  constructor(options: QueueInboxOptions) {
    this.queue = options.queue;
    this.#options = options;
    this.#holding = new Holding({
      ...options,
      separation: options.packs?.separation,
      fifo: isFifo(options.queue),
      onReady: (deliveries) => this.#offer(deliveries),
    });
    this.#receiver = new QueueReceiver({
      ...options,
      framesPerMessage: options.packs?.framesPerMessage ?? 0,
      onMessages: (messages, serviceTimeMs) => {
        this.#accepting = true;
        for (const message of messages) this.#holding.accept(message, serviceTimeMs);
        this.#accepting = false;
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
    const end = await this.#receiver.receive(Math.min(most, maxFrames), 0, this.#link(signal));
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

  #offer(deliveries: readonly HeldFrame[]): void {
    const { onUnawaited } = this.#options;
    // What a poll brought wakes its own receive when the poll ends.
    const isUnawaited = !this.#accepting && this.#waiting.size === 0;
    if (isUnawaited && onUnawaited !== undefined) return onUnawaited(deliveries);
    this.#ready.push(...deliveries);
    if (!this.#accepting) this.#wake();
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
    return this.#receiver.health();
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
    const isLeft = this.#ready.length > 0;
    if (isLeft) this.#wake();
    const { more = false, tookMs = 0 } = this.#polled ?? {};
    const polled = { more: more || isLeft, tookMs };
    this.#polled = undefined;
    return { kind: 'deliveries', deliveries, polled };
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
    const { density, pace } = this.#receiver;
    const each = density.framesPerMessage;
    const most = this.#options.api.service.limits.maxBatchEntries;
    const worthwhile = Math.min(each, Math.max(1, maxFrames * WORTHWHILE));
    for (;;) {
      const room = maxFrames - this.#askedFrames;
      const needed = this.#polls.size < this.#waiting.size;
      if (!needed && (this.#polls.size >= pace.wanted || room < worthwhile)) return;
      const maxMessages = Math.min(most, density.messagesFor(room));
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
    const poll = this.#receiver.receive(maxMessages, waitMs, stop).then((end) => {
      this.#polls.delete(poll);
      this.#askedFrames -= frames;
      this.#ended(end);
    });
    this.#polls.add(poll);
  }

  #heard({ more, tookMs }: Polled): void {
    const before = this.#polled ?? { more, tookMs };
    this.#polled = { more: before.more || more, tookMs: Math.min(before.tookMs, tookMs) };
  }

  #ended(end: PollEnd): void {
    const [first] = this.#waiting;
    if (end.kind === 'polled' && end.brought !== undefined) this.#heard(end.brought);
    if (end.kind === 'gone') {
      if (first === undefined) this.#options.onGone?.();
      for (const wakeUp of this.#waiting) wakeUp(end);
    }
    first?.(end);
  }
}
