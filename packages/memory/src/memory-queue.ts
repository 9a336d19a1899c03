import type {
  Failure,
  OutgoingMessage,
  QueueAttributes,
  ReceivedMessage,
  ReceiveRequest,
} from '@replyq/queue';
import { deduplicationKey, DeduplicationWindow } from './deduplication-window.ts';
import { FifoShelf } from './fifo-shelf.ts';
import { HiddenMessages } from './hidden-messages.ts';
import { KeptMessages } from './kept-messages.ts';
import { LongPolls, type ReceiveEnd } from './long-polls.ts';
import { messageFault, sizeFault, wholeDelayMs } from './message-rules.ts';
import { handleExpired, notInFlight, notOurs, purgedLately } from './queue-failures.ts';
import { MAX_VISIBILITY_MS, type QueueSettings } from './queue-settings.ts';
import type { DeadLetterQueue, QueueSurroundings } from './queue-surroundings.ts';
import type { QueueTags } from './queue-tags.ts';
import { Receipts } from './receipts.ts';
import type { Shelf } from './shelf.ts';
import { StandardShelf } from './standard-shelf.ts';
import { storeMessage, toReceived, type StoredMessage } from './stored-message.ts';

export type SendEnd = { readonly kind: 'ok'; readonly messageId: string } | Failure;

/** SQS takes as long for a purge, and begins no other meanwhile. */
const PURGE_EVERY_MS = 60_000;
/** 96 random bits. Counters follow, so that a message costs no randomness of its own. */
const QUEUE_ID_CHARACTERS = 16;

/**
 * One queue. A message is in one place: on the shelf (visible), hidden (delayed or in flight), or
 * gone; only this file moves it from one to the other.
 */
export class MemoryQueue implements DeadLetterQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  settings: QueueSettings;
  readonly createdAtMs: number;
  /** Until then, monotonic, the queue is not to be found. */
  readonly visibleFromMs: number;
  tags: QueueTags;

  readonly #service: QueueSurroundings;
  /** What the ids of its messages and its receipt handles begin with: those of no other queue do. */
  readonly #id: string;
  readonly #shelf: Shelf;
  readonly #hidden: HiddenMessages;
  readonly #receipts: Receipts;
  readonly #seen: DeduplicationWindow;
  readonly #polls: LongPolls;
  readonly #kept: KeptMessages;
  #sequence = 0;
  #sweepAtMs: number;
  #purgeFromMs = 0;

  constructor(name: string, settings: QueueSettings, tags: QueueTags, service: QueueSurroundings) {
    const { runtime, ...options } = service.options;
    this.name = name;
    this.url = `${options.baseUrl}/${options.account}/${name}`;
    this.arn = `arn:aws:sqs:${options.region}:${options.account}:${name}`;
    this.settings = settings;
    this.tags = tags;
    this.createdAtMs = service.nowMs();
    this.visibleFromMs = runtime.monotonicMs() + options.createdVisibleAfterMs;
    this.#service = service;
    this.#shelf = settings.fifo ? new FifoShelf() : new StandardShelf(runtime, options.disorder);
    this.#hidden = new HiddenMessages(service.alarms, (message) => this.#show(message));
    this.#id = runtime.createId(QUEUE_ID_CHARACTERS);
    this.#receipts = new Receipts(this.#id);
    this.#seen = new DeduplicationWindow(runtime);
    this.#polls = new LongPolls({
      runtime,
      alarms: service.alarms,
      takeWhenAborted: options.abortedPollTakes,
      take: (request) => this.#take(request),
    });
    this.#kept = new KeptMessages(this, service);
    this.#sweepAtMs = runtime.monotonicMs() + settings.retentionMs;
  }

  /** Takes or refuses each message for itself. `sizes[i]` is that of the i-th in bytes. */
  send(messages: readonly OutgoingMessage[], sizes: readonly number[]): readonly SendEnd[] {
    const nowMs = this.#monotonicMs();
    // Bounds what a queue that nobody reads keeps, for little work per send.
    if (nowMs >= this.#sweepAtMs) this.#sweep();
    const stamp = { sentAtMs: this.#service.nowMs(), storedAtMs: nowMs };
    return messages.map(
      (message, index) =>
        sizeFault(sizes[index] ?? 0, this.settings) ??
        messageFault(message, this.settings) ??
        this.#accept(message, stamp),
    );
  }

  #accept(
    outgoing: OutgoingMessage,
    stamp: Pick<StoredMessage, 'sentAtMs' | 'storedAtMs'>,
  ): SendEnd {
    const { fifo } = this.settings;
    const key = fifo ? deduplicationKey(outgoing) : undefined;
    const original = key === undefined ? undefined : this.#seen.find(key);
    if (original !== undefined) return { kind: 'ok', messageId: original };
    const sequence = (this.#sequence += 1);
    const messageId = `${this.#id}-${sequence}`;
    if (key !== undefined) this.#seen.remember(key, messageId);
    const delayMs = wholeDelayMs((fifo ? undefined : outgoing.delayMs) ?? this.settings.delayMs);
    const message = storeMessage(outgoing, { messageId, sequence, ...stamp });
    this.#hide(message, 'delayed', stamp.storedAtMs, delayMs);
    return { kind: 'ok', messageId };
  }

  adopt(message: StoredMessage, fromArn: string | undefined): void {
    const sequence = (this.#sequence += 1);
    // A standard queue's retention counts from the first send, a FIFO queue's from the move.
    const storedAtMs = this.settings.fifo ? this.#monotonicMs() : message.storedAtMs;
    this.#show(storeMessage(message, { ...message, sequence, storedAtMs }, fromArn));
  }

  /** What is there at once, if only that there is nothing; undefined when the request can wait. */
  receive(request: ReceiveRequest): readonly ReceivedMessage[] | undefined {
    // Polls that have waited come before this one.
    this.#polls.serve();
    return this.#take(request) ?? (request.waitMs === 0 ? [] : undefined);
  }

  /** A long poll, for a request for which {@link receive} had nothing. */
  wait(request: ReceiveRequest): Promise<ReceiveEnd> {
    return this.#polls.open(request);
  }

  delete(receiptHandle: string): { readonly kind: 'ok' } | Failure {
    if (!this.#receipts.isOurs(receiptHandle)) return notOurs;
    const message = this.#receipts.find(receiptHandle);
    if (message === undefined) return { kind: 'ok' };
    if (this.settings.fifo && message.place !== 'inFlight') return handleExpired;
    this.#shelf.forget(message);
    this.dispose(message);
    // It made room for others, or unlocked its group.
    if (this.#shelf.size > 0) this.#polls.wake();
    return { kind: 'ok' };
  }

  changeVisibility(receiptHandle: string, visibilityMs: number): { readonly kind: 'ok' } | Failure {
    const message = this.#receipts.find(receiptHandle);
    if (message === undefined || message.place !== 'inFlight') return notInFlight;
    const nowMs = this.#monotonicMs();
    if (nowMs + visibilityMs > message.receivedAtMs + MAX_VISIBILITY_MS) {
      return { kind: 'invalid', error: `More than ${MAX_VISIBILITY_MS} ms from the receive on` };
    }
    this.#hidden.remove(message);
    this.#hide(message, 'inFlight', nowMs, visibilityMs);
    return { kind: 'ok' };
  }

  /** Takes visible messages away for good. */
  takeAway(max: number): readonly StoredMessage[] {
    const taken = this.#shelf.take(max, this.#kept.isKept);
    for (const message of taken) {
      message.place = 'inFlight';
      this.#shelf.forget(message);
      this.dispose(message);
    }
    return taken;
  }

  /** All that is here. Refused for a while after the last time. */
  purge(): Failure | undefined {
    const nowMs = this.#monotonicMs();
    if (nowMs < this.#purgeFromMs) return purgedLately;
    this.#purgeFromMs = nowMs + PURGE_EVERY_MS;
    this.#shelf.sweep((message) => (this.dispose(message), false));
    for (const message of this.#hidden.all()) {
      this.#shelf.forget(message);
      this.dispose(message);
    }
    return undefined;
  }

  attributes(): QueueAttributes {
    this.#sweep();
    return {
      ...this.settings,
      arn: this.arn,
      createdAtMs: this.createdAtMs,
      visibleCount: this.#shelf.size,
      inFlightCount: this.#hidden.inFlightCount,
      delayedCount: this.#hidden.delayedCount,
    };
  }

  /** Ends the open polls with `failure` and cancels every alarm. The queue is not to be used again. */
  end(failure: Failure): void {
    this.#polls.endAll(failure);
    this.#hidden.clear();
  }

  #hide(message: StoredMessage, place: 'delayed' | 'inFlight', nowMs: number, forMs: number): void {
    if (forMs > 0) this.#hidden.add(message, place, nowMs + forMs);
    else this.#show(message);
  }

  #show(message: StoredMessage): void {
    message.place = 'visible';
    this.#shelf.put(message);
    this.#polls.wake();
  }

  /** Only of a message that is off the shelf. */
  dispose(message: StoredMessage): void {
    this.#hidden.remove(message);
    message.place = 'gone';
    this.#receipts.forget(message);
  }

  /** Messages for one receive, or undefined when there is none. */
  #take(request: ReceiveRequest): readonly ReceivedMessage[] | undefined {
    const { inFlightLimit, receiveFewer } = this.#service.options;
    const room = inFlightLimit - this.#hidden.inFlightCount;
    if (room <= 0 || !this.#shelf.isReady()) return undefined;
    const available = Math.min(request.maxMessages, this.#shelf.size, room);
    const count = Math.min(available, Math.trunc(receiveFewer(available)));
    if (!(count > 0)) return [];
    const taken = this.#shelf.take(count, this.#kept.isWanted);
    if (taken.length === 0) return undefined;
    const nowMs = this.#monotonicMs();
    return taken.map((message) => this.#handOut(message, nowMs, request.visibilityMs));
  }

  #handOut(message: StoredMessage, nowMs: number, visibilityMs: number): ReceivedMessage {
    const receiptHandle = this.#receipts.issue(message);
    const firstReceivedAtMs = message.firstReceivedAtMs ?? this.#service.nowMs();
    message.firstReceivedAtMs = firstReceivedAtMs;
    message.receiveCount += 1;
    message.receivedAtMs = nowMs;
    this.#hide(message, 'inFlight', nowMs, visibilityMs);
    const { senderId } = this.#service.options;
    return toReceived(message, { receiptHandle, firstReceivedAtMs, senderId });
  }

  #sweep(): void {
    this.#sweepAtMs = this.#monotonicMs() + this.settings.retentionMs / 4;
    this.#shelf.sweep(this.#kept.isKept);
  }

  #monotonicMs(): number {
    return this.#service.options.runtime.monotonicMs();
  }
}
