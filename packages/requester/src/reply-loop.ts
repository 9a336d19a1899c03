import {
  notify,
  sleep,
  type Delivery,
  type Observer,
  type ReplyQueue,
  type Transport,
} from '@replyq/contract/transport';
import { decodeReply } from '@replyq/contract/wire';
import type { PendingCalls } from './pending-calls.ts';

/** Replies for other clients in a minute until new calls fail: somebody shares the queue. */
const SHARED_LIMIT = 10;
const SHARED_WINDOW_MS = 60_000;
/** How long a reply that belongs to somebody else is left to them; longer each time that it comes again. */
const SHARED_RELEASE_MS = 1000;
const MAX_SHARED_RELEASE_MS = 60_000;

export interface ReplyLoopOptions {
  readonly replyQueue: ReplyQueue;
  readonly pending: PendingCalls;
  readonly clientId: string;
  readonly transport: Transport;
  readonly observer: Observer | undefined;
}

/**
 * Reads the reply queue while a call is open, and settles calls.
 *
 * L1: a reply settles the call whose id its virtual queue is, or nobody. It is settled first and
 *     deleted afterwards; a reply to no open call is deleted before its body is looked at.
 * L2: no receive is begun while no call is open; those that are open then are seen through, so that
 *     nothing that they bring is left lying.
 * L3: when the queue is gone its calls are told at once; the next call makes a new queue.
 */
export class ReplyLoop {
  readonly #options: ReplyLoopOptions;
  readonly #closing = new AbortController();
  #reading = false;
  #run: Promise<void> = Promise.resolve();
  /** The queue that the last receive was from. */
  #queue: string | undefined;
  /** Ids of messages for others, of this window; one message is one, however often it comes. */
  readonly #shared = new Set<string>();
  #sharedSinceMs = -Infinity;

  constructor(options: ReplyLoopOptions) {
    this.#options = options;
  }

  /** Starts reading if nobody reads. */
  wake(): void {
    if (this.#reading || this.#closing.signal.aborted) return;
    this.#reading = true;
    this.#run = this.#read();
  }

  /** Why new calls cannot be made: another client's replies keep coming. */
  isShared(): boolean {
    const { runtime } = this.#options.transport;
    return (
      this.#shared.size >= SHARED_LIMIT &&
      runtime.monotonicMs() - this.#sharedSinceMs < SHARED_WINDOW_MS
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#run;
  }

  async #read(): Promise<void> {
    const { transport } = this.#options;
    const { signal } = this.#closing;
    do {
      // What is asked now, or next by whoever was just answered, leaves before the receive takes its time to be written.
      await sleep(transport.runtime, 0, { signal });
      this.#follow();
    } while (!signal.aborted && (await this.#receive(signal)) === 'again');
    // In the same turn as the last look at the table: a call that opens later finds nobody reading.
    this.#reading = false;
  }

  /** A call of its own, so that a loop that waits does not hold on to what the last receive brought. */
  async #receive(signal: AbortSignal): Promise<'again' | 'over'> {
    const { pending, replyQueue, transport } = this.#options;
    const begin = pending.size > 0; // L2.
    // No bound by slots: settling a reply takes no time.
    const received = await replyQueue.receive({ maxFrames: Infinity, signal, begin });
    if (received.kind === 'deliveries') {
      const nowMs = transport.runtime.monotonicMs();
      for (const delivery of received.deliveries) this.#settle(delivery, nowMs);
      return 'again';
    }
    if (received.kind === 'idle') return pending.size === 0 ? 'over' : 'again';
    if (received.kind === 'gone') {
      this.#lost(received.error);
      return 'over';
    }
    if (signal.aborted) return 'over';
    // Closed, but not by us: another queue is being made.
    const readiness = await replyQueue.ready();
    if (readiness.kind !== 'failed') return 'again';
    this.#lost(readiness.error);
    return 'over';
  }

  /** L3: a heartbeat may have found the queue gone, and another one may have been made. */
  #follow(): void {
    const { pending, replyQueue } = this.#options;
    const { queue } = replyQueue;
    if (queue === this.#queue) return;
    const before = this.#queue;
    this.#queue = queue;
    const message = `The reply queue ${before} is gone; there is a new one.`;
    if (before !== undefined) pending.failStrayed(queue, 'REPLY_QUEUE_LOST', message);
  }

  /** L3. */
  #lost(error: string): void {
    const { observer, pending, replyQueue } = this.#options;
    notify(observer, {
      kind: 'replyQueueLost',
      queue: replyQueue.queue,
      pendingCalls: pending.size,
    });
    pending.failAll('REPLY_QUEUE_LOST', `The reply queue is gone: ${error}`);
  }

  /** L1. */
  #settle(delivery: Delivery, nowMs: number): void {
    const { clientId, pending, transport } = this.#options;
    const { frame } = delivery;
    const { virtualQueue } = frame;
    if (virtualQueue === undefined) return this.#drop(delivery, 'noVirtualQueue');
    const call = pending.get(virtualQueue);
    if (call === undefined) {
      if (!virtualQueue.startsWith(clientId)) return this.#giveBack(delivery);
      return this.#drop(delivery, 'unknownCall');
    }
    const reply = decodeReply(frame);
    if (reply.kind === 'drop') return this.#drop(delivery, 'notAReply');
    const packs = reply.kind === 'reply' ? reply.header.packs : undefined;
    transport.outbox(call.queue).heardPacks(packs);
    if (reply.kind === 'reply' && reply.header.kind === 'event' && call.onEvent !== undefined) {
      pending.event(call, reply);
    } else {
      call.time?.took(nowMs - call.startedMs);
      pending.settle(call, { reply, attributes: frame.attributes });
    }
    delivery.ack();
  }

  #drop(delivery: Delivery, reason: 'noVirtualQueue' | 'unknownCall' | 'notAReply'): void {
    const { observer, replyQueue } = this.#options;
    notify(observer, { kind: 'replyDropped', reason, queue: replyQueue.queue });
    delivery.ack();
  }

  #giveBack(delivery: Delivery): void {
    const { observer, replyQueue, transport } = this.#options;
    const nowMs = transport.runtime.monotonicMs();
    if (nowMs - this.#sharedSinceMs >= SHARED_WINDOW_MS) {
      this.#sharedSinceMs = nowMs;
      this.#shared.clear();
    }
    if (this.#shared.size < SHARED_LIMIT) this.#shared.add(delivery.messageId);
    notify(observer, {
      kind: 'sharedReplyQueue',
      queue: replyQueue.queue,
      count: this.#shared.size,
    });
    const doublings = Math.min(delivery.receiveCount - 1, 10);
    delivery.release(Math.min(MAX_SHARED_RELEASE_MS, SHARED_RELEASE_MS * 2 ** doublings));
  }
}
