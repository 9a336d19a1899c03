import type { Alarms } from '@replyq/contract/transport';
import type {
  Failure,
  OutgoingMessage,
  QueueAttributes,
  ReceivedMessage,
  ReceiveRequest,
} from '@replyq/queue';
import { bodyHash } from './body-hash.ts';
import { DeduplicationWindow } from './deduplication-window.ts';
import { FifoShelf } from './fifo-shelf.ts';
import { HiddenMessages } from './hidden-messages.ts';
import { LongPolls, type ReceiveEnd } from './long-polls.ts';
import type { ResolvedMemoryQueueServiceOptions } from './memory-queue-service-options.ts';
import { messageFault } from './message-rules.ts';
import { MAX_VISIBILITY_MS, type QueueSettings } from './queue-settings.ts';
import type { QueueTags } from './queue-tags.ts';
import { Receipts } from './receipts.ts';
import type { Shelf } from './shelf.ts';
import { StandardShelf } from './standard-shelf.ts';
import { storeMessage, toReceived, type StoredMessage } from './stored-message.ts';

/** What a queue has from its service. */
export interface QueueSurroundings {
  readonly options: ResolvedMemoryQueueServiceOptions;
  readonly alarms: Alarms;
  /** The service's clock. */
  nowMs(): number;
  findByArn(arn: string): MemoryQueue | undefined;
}

/** SQS counts delays in seconds. */
const DELAY_STEP_MS = 1_000;

/**
 * One queue. A message is in one place: on the shelf (visible), hidden (delayed or in flight), or
 * gone; only this file moves it from one to the other.
 */
export class MemoryQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly settings: QueueSettings;
  readonly createdAtMs: number;
  /** Until then, monotonic, the queue is not to be found. */
  readonly visibleFromMs: number;
  tags: QueueTags;

  readonly #service: QueueSurroundings;
  readonly #shelf: Shelf;
  readonly #hidden: HiddenMessages;
  readonly #receipts: Receipts;
  readonly #seen: DeduplicationWindow;
  readonly #polls: LongPolls;
  #sequence = 0;
  #servePending = false;
  #sweepAtMs: number;

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
    this.#hidden = new HiddenMessages(runtime, service.alarms);
    this.#receipts = new Receipts(runtime.createId(8));
    this.#seen = new DeduplicationWindow(runtime);
    this.#polls = new LongPolls(runtime, service.alarms, {
      takeWhenAborted: options.abortedPollTakes,
    });
    this.#sweepAtMs = runtime.monotonicMs() + settings.retentionMs;
  }

  send(outgoing: OutgoingMessage): { readonly kind: 'ok'; readonly messageId: string } | Failure {
    const fault = messageFault(outgoing, this.settings);
    if (fault !== undefined) return fault;
    const duplicateKey = this.#deduplicationId(outgoing);
    const original = duplicateKey === undefined ? undefined : this.#seen.find(duplicateKey);
    if (original !== undefined) return { kind: 'ok', messageId: original };
    const messageId = this.#service.options.runtime.createId(22);
    if (duplicateKey !== undefined) this.#seen.remember(duplicateKey, messageId);
    this.#sweepNowAndThen();
    const sentAtMs = this.#service.nowMs();
    const message = storeMessage(outgoing, { messageId, sentAtMs, ...this.#stamp() });
    const ownDelayMs = this.settings.fifo ? undefined : outgoing.delayMs;
    this.#enter(message, ownDelayMs ?? this.settings.delayMs);
    return { kind: 'ok', messageId };
  }

  /** Takes a message over from a queue whose dead-letter queue this is. */
  #adopt(message: StoredMessage): void {
    const stamp = this.#stamp();
    // A standard queue's retention counts from the first send, a FIFO queue's from the move.
    const storedAtMs = this.settings.fifo ? stamp.storedAtMs : message.storedAtMs;
    this.#enter(storeMessage(message, { ...message, ...stamp, storedAtMs }), 0);
  }

  async receive(request: ReceiveRequest): Promise<ReceiveEnd> {
    // Polls that have waited come before this one.
    this.#serve();
    const messages = this.#take(request);
    if (messages !== undefined || request.waitMs === 0) {
      return { kind: 'messages', messages: messages ?? [] };
    }
    return this.#polls.open(request);
  }

  delete(receiptHandle: string): { readonly kind: 'ok' } | Failure {
    if (!this.#receipts.isOurs(receiptHandle)) return notOurs;
    const message = this.#receipts.find(receiptHandle);
    if (message === undefined) return { kind: 'ok' };
    if (this.settings.fifo && message.place !== 'inFlight') {
      return { kind: 'staleHandle', error: 'The receipt handle has expired' };
    }
    this.#shelf.forget(message);
    this.#dispose(message);
    this.#serveSoon();
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
    this.#hide(message, 'inFlight', visibilityMs);
    return { kind: 'ok' };
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

  #enter(message: StoredMessage, delayMs: number): void {
    this.#hide(message, 'delayed', Math.ceil(delayMs / DELAY_STEP_MS) * DELAY_STEP_MS);
  }

  #stamp(): Pick<StoredMessage, 'storedAtMs' | 'sequence'> {
    this.#sequence += 1;
    return { storedAtMs: this.#monotonicMs(), sequence: this.#sequence };
  }

  #deduplicationId({ deduplicationId, body }: OutgoingMessage): string | undefined {
    return this.settings.fifo ? (deduplicationId ?? bodyHash(body)) : undefined;
  }

  #hide(message: StoredMessage, place: 'delayed' | 'inFlight', forMs: number): void {
    if (forMs > 0) this.#hidden.add(message, place, forMs, () => this.#show(message));
    else this.#show(message);
  }

  #show(message: StoredMessage): void {
    message.place = 'visible';
    this.#shelf.put(message);
    this.#serveSoon();
  }

  #dispose(message: StoredMessage): void {
    this.#hidden.remove(message);
    message.place = 'gone';
    this.#receipts.forget(message);
  }

  /** In a microtask, so that messages that come together leave together and in order. */
  #serveSoon(): void {
    if (this.#servePending || this.#polls.size === 0) return;
    this.#servePending = true;
    queueMicrotask(() => this.#serve());
  }

  #serve(): void {
    if (!this.#servePending) return;
    this.#servePending = false;
    this.#polls.serve((request) => this.#take(request));
  }

  /** Messages for one receive, or undefined when there is none. */
  #take(request: ReceiveRequest): readonly ReceivedMessage[] | undefined {
    const { inFlightLimit, receiveFewer } = this.#service.options;
    const room = inFlightLimit - this.#hidden.inFlightCount;
    if (room <= 0 || !this.#shelf.isReady()) return undefined;
    const available = Math.min(request.maxMessages, this.#shelf.size, room);
    const count = Math.min(available, Math.trunc(receiveFewer(available)));
    if (!(count > 0)) return [];
    const taken = this.#shelf.take(count, this.#isWanted);
    if (taken.length === 0) return undefined;
    return taken.map((message) => this.#handOut(message, request.visibilityMs));
  }

  #handOut(message: StoredMessage, visibilityMs: number): ReceivedMessage {
    const receiptHandle = this.#receipts.issue(message);
    const firstReceivedAtMs = message.firstReceivedAtMs ?? this.#service.nowMs();
    message.firstReceivedAtMs = firstReceivedAtMs;
    message.receiveCount += 1;
    message.receivedAtMs = this.#monotonicMs();
    this.#hide(message, 'inFlight', visibilityMs);
    const { senderId } = this.#service.options;
    return toReceived(message, { receiptHandle, firstReceivedAtMs }, senderId);
  }

  /** Disposes of a message that was kept long enough or received too often, and says no to it. */
  readonly #isWanted = (message: StoredMessage): boolean => {
    const { redrive } = this.settings;
    const tooOften = redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount;
    if (!tooOften || this.#isExpired(message)) return this.#isKept(message);
    const deadLetters = this.#service.findByArn(redrive.deadLetterArn);
    // With the dead-letter queue gone the message stays with those that can be received.
    if (deadLetters === undefined) return true;
    this.#dispose(message);
    deadLetters.#adopt(message);
    return false;
  };

  readonly #isKept = (message: StoredMessage): boolean => {
    if (!this.#isExpired(message)) return true;
    this.#dispose(message);
    return false;
  };

  #isExpired(message: StoredMessage): boolean {
    return this.#monotonicMs() >= message.storedAtMs + this.settings.retentionMs;
  }

  /** Bounds what a queue that nobody reads keeps, for little work per send. */
  #sweepNowAndThen(): void {
    if (this.#monotonicMs() >= this.#sweepAtMs) this.#sweep();
  }

  #sweep(): void {
    this.#sweepAtMs = this.#monotonicMs() + this.settings.retentionMs / 4;
    this.#shelf.sweep(this.#isKept);
  }

  #monotonicMs(): number {
    return this.#service.options.runtime.monotonicMs();
  }
}

const notOurs: Failure = { kind: 'staleHandle', error: 'Not a receipt handle of this queue' };
const notInFlight: Failure = { kind: 'staleHandle', error: 'The message is not in flight' };
