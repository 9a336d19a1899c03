import type { Delivery } from '@replyq/contract/transport';
import type { WireFrame } from '@replyq/contract/wire';
import type { ReceivedMessage } from './queue-service.ts';

/** A frame that was given back, and for how long. */
export interface GivenBack {
  readonly frame: WireFrame;
  /** Its place in the message. */
  readonly index: number;
  readonly delayMs: number;
}

/** How a message ended here: deleted, given back for `delayMs`, or taken apart. */
export type Settlement =
  | { readonly kind: 'ack' }
  | { readonly kind: 'release'; readonly delayMs: number }
  /** Some of its frames come again by themselves, the others do not. */
  | { readonly kind: 'separate'; readonly frames: readonly GivenBack[] }
  /** Whoever was given its receipt handle has deleted it, or is free to; or let it become visible. */
  | { readonly kind: 'left'; readonly visible: boolean };

/** SQS: a message can be hidden for twelve hours from its receive on, extensions included. */
const MAX_HIDDEN_MS = 12 * 3_600_000;
/** What lies between the service's clock and ours: the receive's way here, whole seconds, drift over half a day. */
const HIDDEN_MARGIN_MS = 60_000;

export interface HeldMessageOptions {
  readonly message: ReceivedMessage;
  /** Of its receives, those that this process has shown to nobody. */
  readonly unseenReceives: number;
  /** Its age by the service's clock when it came. */
  readonly ageMs: number;
  readonly monotonicMs: () => number;
  readonly visibilityMs: number;
  /** Whether frames can be sent to this queue singly. */
  readonly separable: () => boolean;
  /** Called once, when every frame is settled. */
  readonly onSettled: (held: HeldMessage, settlement: Settlement) => void;
  /** It is extended no more, and not settled yet. */
  readonly onHandedOver: (held: HeldMessage) => void;
}

/**
 * One received message, held until all its frames are settled. It is deleted if every frame was
 * acked, and given back if any was released; where frames can be parted, only those come again.
 */
export class HeldMessage {
  readonly message: ReceivedMessage;
  readonly options: HeldMessageOptions;
  /** The newest one; only it deletes and extends. */
  receiptHandle: string;
  /** An extension that is on its way; it never rejects. */
  extending: Promise<void> | undefined;
  /** Until when nobody else gets it, as far as we know; monotonic milliseconds. */
  visibleAtMs: number;
  visibilityMs: number;
  /** No extension reaches further. */
  hideableUntilMs: number;
  /** Others extend it, who were given its receipt handle. */
  handedOver = false;
  /** Behind another message of its group. */
  waited = false;
  /** Others settle it: whether it is visible by now. */
  leftVisible: boolean | undefined;
  /** How often it had been received when its newest handle was given. */
  #receiveCount: number;
  readonly #receivedAtMs: number;
  #frames: readonly HeldFrame[] = [];
  #openFrames = 0;

  constructor(options: HeldMessageOptions) {
    this.options = options;
    this.message = options.message;
    this.receiptHandle = options.message.receiptHandle;
    this.#receiveCount = options.message.receiveCount;
    this.visibilityMs = options.visibilityMs;
    this.#receivedAtMs = options.monotonicMs();
    this.visibleAtMs = this.#receivedAtMs + options.visibilityMs;
    this.hideableUntilMs = this.#receivedAtMs + MAX_HIDDEN_MS - HIDDEN_MARGIN_MS;
  }

  /** One delivery per frame. */
  deliveries(frames: readonly WireFrame[]): readonly HeldFrame[] {
    this.#openFrames = frames.length;
    this.#frames = frames.map((frame) => new HeldFrame(this, frame));
    return this.#frames;
  }

  /** It was lost and has come back to us. False: an answer that was overtaken has brought an older handle. */
  receivedAgain({ receiptHandle, receiveCount }: ReceivedMessage): boolean {
    if (receiveCount < this.#receiveCount) return false;
    this.#receiveCount = receiveCount;
    this.receiptHandle = receiptHandle;
    const nowMs = this.options.monotonicMs();
    this.visibleAtMs = nowMs + this.visibilityMs;
    this.hideableUntilMs = nowMs + MAX_HIDDEN_MS - HIDDEN_MARGIN_MS;
    return true;
  }

  ageMs(): number {
    return this.options.ageMs + (this.options.monotonicMs() - this.#receivedAtMs);
  }

  /** `forMs` from now, or as much of it as the service still grants. */
  hiddenFor(forMs: number): number {
    const leftMs = this.hideableUntilMs - this.options.monotonicMs();
    return Math.max(0, Math.min(forMs, leftMs));
  }

  /** Whether it holds several frames that can be parted. */
  get separable(): boolean {
    return this.#frames.length > 1 && this.options.separable();
  }

  get frameCount(): number {
    return this.#frames.length;
  }

  /** How it ends if what is still open goes back now. */
  endNow(): Settlement {
    for (const frame of this.#frames) frame.end(0);
    return this.#settlement();
  }

  frameSettled(): void {
    this.#openFrames -= 1;
    if (this.#openFrames === 0) this.options.onSettled(this, this.#settlement());
  }

  #settlement(): Settlement {
    const { leftVisible } = this;
    if (leftVisible !== undefined) return { kind: 'left', visible: leftVisible };
    const givenBack: GivenBack[] = [];
    let delayMs = Infinity;
    for (const [index, { frame, releasedForMs }] of this.#frames.entries()) {
      if (releasedForMs === undefined) continue;
      givenBack.push({ frame, index, delayMs: releasedForMs });
      delayMs = Math.min(delayMs, releasedForMs);
    }
    if (this.#frames.length === 0) return { kind: 'release', delayMs: 0 };
    if (givenBack.length === 0) return { kind: 'ack' };
    const whole = givenBack.length === this.#frames.length && this.message.receiveCount <= 1;
    // Lost: whoever has it now runs all of it.
    const lost = this.visibleAtMs <= this.options.monotonicMs();
    return whole || lost || !this.separable
      ? { kind: 'release', delayMs }
      : { kind: 'separate', frames: givenBack };
  }
}

/** One frame of a held message. */
export class HeldFrame implements Delivery {
  readonly frame: WireFrame;
  readonly held: HeldMessage;
  /** Undefined: acked, or still open. */
  releasedForMs: number | undefined;
  #open = true;

  constructor(held: HeldMessage, frame: WireFrame) {
    this.held = held;
    this.frame = frame;
  }

  get messageId(): string {
    return this.held.message.messageId;
  }

  get sentAtMs(): number {
    return this.held.message.sentAtMs;
  }

  get receiveCount(): number {
    const { message, options } = this.held;
    return Math.max(1, message.receiveCount - options.unseenReceives);
  }

  get senderId(): string | undefined {
    return this.held.message.senderId;
  }

  get waited(): boolean {
    return this.held.waited;
  }

  get groupId(): string | undefined {
    return this.held.message.groupId;
  }

  get separable(): boolean {
    return this.held.separable;
  }

  ageMs(): number {
    return this.held.ageMs();
  }

  ack(): void {
    if (this.#open) this.#settle(undefined);
  }

  release(delayMs: number): void {
    if (this.#open) this.#settle(Math.max(0, delayMs));
  }

  extend(visibilityMs: number): void {
    if (this.#open) this.held.visibilityMs = visibilityMs;
  }

  /**
   * Its receipt handle goes to somebody else, who decides from now on how long it stays invisible. In a
   * FIFO queue its group waits until {@link leave}. Of a message with one frame.
   */
  handOver(): void {
    if (this.#open) this.held.options.onHandedOver(this.held);
  }

  /** Settled without a word to the queue: whoever has its receipt handle has seen to that, or will. */
  leave(visible: boolean): void {
    if (!this.#open) return;
    this.held.leftVisible = visible;
    this.#settle(undefined);
  }

  /** Given back without the message being told, if it is still open. */
  end(delayMs: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.releasedForMs = delayMs;
  }

  #settle(releasedForMs: number | undefined): void {
    this.#open = false;
    this.releasedForMs = releasedForMs;
    this.held.frameSettled();
  }
}
