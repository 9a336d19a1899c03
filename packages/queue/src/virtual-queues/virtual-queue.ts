import type { Timer } from '@replyq/contract/transport';
import type { HeldFrame } from '../held-message.ts';
import type { ReceivedMessage } from '../queue-service.ts';
import { giveBackDelayMs } from './give-back-delay.ts';
import { UnreadMessages, type UnreadTotal } from './unread-messages.ts';
import type { QueueApi } from '../queue-api.ts';
import { VirtualQueueEnded, type VirtualQueueEnd } from './virtual-queue-ended.ts';
import { WaitingReceives } from './waiting-receives.ts';

/** What a virtual queue asks of the host queue that it is on. */
export interface HostOfVirtualQueue {
  readonly api: QueueApi;
  readonly unread: UnreadTotal;
  /** Somebody waits for messages of this one: the host queue is to be read. */
  read(queue: VirtualQueue): void;
  /** The last one who waited has gone away. */
  unwanted(): void;
  /** One receive that waits for nothing. */
  look(signal: AbortSignal | undefined): Promise<void>;
  /** When the poll ends that is open; monotonic milliseconds. */
  pollEndsAtMs(): number;
  /** Those that reached the reader. */
  handOver(frames: readonly HeldFrame[], visibilityMs: number): Promise<readonly HeldFrame[]>;
  /** It has not been used for its retention. */
  expired(queue: VirtualQueue, unread: number): void;
}

export interface VirtualReceive {
  readonly maxMessages: number;
  readonly waitMs: number;
  readonly visibilityMs: number;
  readonly signal?: AbortSignal;
}

/** A message in a reader's hands: to be settled by its receipt handle, on the host queue. */
export interface VirtualMessage {
  readonly message: ReceivedMessage;
  /** The newest one, which may differ from the message's own. */
  readonly receiptHandle: string;
}

/**
 * One virtual queue: what was received for it and is not read yet, and the receives that wait.
 *
 * V1: whatever is done with it counts as use, a receive for as long as it waits; not used for `idleMs`, it
 *     is gone.
 * V2: what waits here is kept invisible by the inbox's heartbeat. What was lost in spite of that is not
 *     handed out: somebody else has it, or it comes again.
 */
export class VirtualQueue {
  readonly name: string;
  readonly createdAtMs: number;
  /** Messages sent before this are deleted as they come; by the service's clock. */
  purgedAtMs: number = -Infinity;
  /** When it was last read, or made; monotonic milliseconds. */
  lastReadMs: number;
  readonly #host: HostOfVirtualQueue;
  readonly #unread: UnreadMessages;
  readonly #waiting: WaitingReceives;
  #receives = 0;
  #idleMs: number | undefined;
  #lastUsedMs: number;
  #idleTimer: Timer | undefined;
  #ended: VirtualQueueEnd | 'closed' | undefined;

  constructor(name: string, host: HostOfVirtualQueue) {
    const { runtime } = host.api;
    this.name = name;
    this.#host = host;
    this.#unread = new UnreadMessages(host.unread);
    this.#waiting = new WaitingReceives(runtime);
    this.createdAtMs = host.api.serviceNowMs();
    this.lastReadMs = runtime.monotonicMs();
    this.#lastUsedMs = this.lastReadMs;
  }

  get unreadCount(): number {
    return this.#unread.size;
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** What came for a receive that was woken is about to be taken. */
  get isBeingRead(): boolean {
    return this.#receives > 0;
  }

  /** Of the receive that waits longest; monotonic milliseconds. */
  get waitsUntilMs(): number {
    return this.#waiting.untilMs;
  }

  /** V1. */
  expireAfter(idleMs: number | undefined): void {
    this.#idleMs = idleMs;
    this.used();
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    if (idleMs !== undefined) this.#watch(idleMs);
  }

  /** V1. */
  used(): void {
    this.#lastUsedMs = this.#host.api.runtime.monotonicMs();
  }

  /** Resolves with nothing when the wait is over, or the host was closed. Rejects with `VirtualQueueEnded`. */
  async receive(options: VirtualReceive): Promise<readonly VirtualMessage[]> {
    this.#receives += 1;
    try {
      return await this.#receive(options);
    } finally {
      this.#receives -= 1;
    }
  }

  /** A message for it has come. */
  put(frame: HeldFrame): void {
    this.#unread.add(frame);
    this.#waiting.wakeAll();
  }

  pollEnded(): void {
    this.#waiting.wakeOverdue();
  }

  failed(end: VirtualQueueEnd): void {
    this.#waiting.failAll(end);
  }

  /** Deletes what was sent so far, here and as it comes. */
  purge(): void {
    this.used();
    this.purgedAtMs = this.#host.api.serviceNowMs();
    for (const frame of this.#unread.take(Infinity)) frame.ack();
  }

  /** Gives back to the host queue what nobody has read. Says how many. */
  giveBack(): number {
    const frames = this.#unread.take(Infinity);
    for (const frame of frames) frame.release(giveBackDelayMs(frame.held.message));
    return frames.length;
  }

  /** It is no more: what was not read goes with it, receives that wait fail. */
  delete(): void {
    if (this.#end({ kind: 'gone' })) for (const frame of this.#unread.take(Infinity)) frame.ack();
  }

  /** Without a word to the host queue, which is closed or gone itself. */
  end(end: VirtualQueueEnd | 'closed'): void {
    if (this.#end(end)) this.#unread.take(Infinity);
  }

  async #receive(options: VirtualReceive): Promise<readonly VirtualMessage[]> {
    const { maxMessages, signal, visibilityMs, waitMs } = options;
    const { runtime } = this.#host.api;
    const untilMs = runtime.monotonicMs() + waitMs;
    for (let looked = false; ;) {
      this.used();
      this.lastReadMs = runtime.monotonicMs();
      if (signal?.aborted === true) throw new VirtualQueueEnded({ kind: 'aborted' });
      const frames = this.#ended === undefined ? this.#take(maxMessages) : [];
      if (frames.length > 0) {
        const handed = await this.#host.handOver(frames, visibilityMs);
        if (handed.length > 0) return handed.map(inHand);
        continue;
      }
      if (this.#ended === 'closed') return [];
      if (this.#ended !== undefined) throw new VirtualQueueEnded(this.#ended);
      if (runtime.monotonicMs() < untilMs) await this.#wait(untilMs, signal);
      else if (waitMs > 0 || looked) return [];
      else await this.#waiting.during(this.#host.look(signal), signal);
      looked = true;
    }
  }

  #end(end: VirtualQueueEnd | 'closed'): boolean {
    if (this.#ended !== undefined) return false;
    this.#ended = end;
    this.#idleTimer?.cancel();
    this.#waiting.wakeAll();
    return true;
  }

  /** V2. */
  #take(max: number): readonly HeldFrame[] {
    const nowMs = this.#host.api.runtime.monotonicMs();
    const taken: HeldFrame[] = [];
    while (taken.length < max && this.#unread.size > 0) {
      for (const frame of this.#unread.take(max - taken.length)) {
        if (frame.held.visibleAtMs > nowMs) taken.push(frame);
        else frame.release(0);
      }
    }
    return taken;
  }

  async #wait(untilMs: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = this.#waiting.wait(untilMs, () => this.#host.pollEndsAtMs(), signal);
    this.#host.read(this);
    try {
      await woken;
    } finally {
      if (signal?.aborted === true && !this.isWaiting) this.#host.unwanted();
    }
  }

  /** V1. */
  #watch(afterMs: number): void {
    const { runtime } = this.#host.api;
    this.#idleTimer = runtime.setTimer(afterMs, () => {
      const idleMs = this.#idleMs ?? Infinity;
      if (this.isWaiting) this.used();
      const restMs = this.#lastUsedMs + idleMs - runtime.monotonicMs();
      if (restMs > 0) return this.#watch(restMs);
      const unread = this.unreadCount;
      this.delete();
      this.#host.expired(this, unread);
    });
  }
}

function inHand({ held }: HeldFrame): VirtualMessage {
  return { message: held.message, receiptHandle: held.receiptHandle };
}
