import type { Delivery } from '@replyq/contract/transport';
import type { WireFrame } from '@replyq/contract/wire';
import type { ReceivedMessage } from './queue-service.ts';

/** How a message ended here: deleted, or given back for `delayMs`. */
export type Settlement =
  | { readonly kind: 'ack' }
  | { readonly kind: 'release'; readonly delayMs: number };

export interface HeldMessageOptions {
  readonly message: ReceivedMessage;
  /** Its age by the service's clock when it came. */
  readonly ageMs: number;
  readonly monotonicMs: () => number;
  readonly visibilityMs: number;
  /** Called once, when every frame is settled. */
  readonly onSettled: (held: HeldMessage, settlement: Settlement) => void;
}

/**
 * One received message, held until all its frames are settled. It is deleted if every frame was
 * acked, and given back if any was released.
 */
export class HeldMessage {
  readonly message: ReceivedMessage;
  /** The newest one; only it deletes and extends. */
  receiptHandle: string;
  /** An extension that is on its way; it never rejects. */
  extending: Promise<void> | undefined;
  /** Until when nobody else gets it, as far as we know; monotonic milliseconds. */
  visibleAtMs: number;
  visibilityMs: number;
  readonly #options: HeldMessageOptions;
  readonly #receivedAtMs: number;
  #openFrames = 0;
  #releaseDelayMs: number | undefined;

  constructor(options: HeldMessageOptions) {
    this.#options = options;
    this.message = options.message;
    this.receiptHandle = options.message.receiptHandle;
    this.visibilityMs = options.visibilityMs;
    this.#receivedAtMs = options.monotonicMs();
    this.visibleAtMs = this.#receivedAtMs + options.visibilityMs;
  }

  /** One delivery per frame. */
  deliveries(frames: readonly WireFrame[]): readonly Delivery[] {
    this.#openFrames += frames.length;
    return frames.map((frame) => this.#delivery(frame));
  }

  /** It was lost and has come back to us: the same message, with a newer handle. */
  receivedAgain(receiptHandle: string): void {
    this.receiptHandle = receiptHandle;
    this.visibleAtMs = this.#options.monotonicMs() + this.visibilityMs;
  }

  ageMs(): number {
    return this.#options.ageMs + (this.#options.monotonicMs() - this.#receivedAtMs);
  }

  #delivery(frame: WireFrame): Delivery {
    const { message } = this;
    let open = true;
    const settle = (releaseDelayMs: number | undefined): void => {
      if (!open) return;
      open = false;
      this.#settleFrame(releaseDelayMs);
    };
    return {
      frame,
      messageId: message.messageId,
      sentAtMs: message.sentAtMs,
      receiveCount: message.receiveCount,
      ...(message.senderId === undefined ? {} : { senderId: message.senderId }),
      ...(message.groupId === undefined ? {} : { groupId: message.groupId }),
      ageMs: () => this.ageMs(),
      ack: () => settle(undefined),
      release: (delayMs) => settle(Math.max(0, delayMs)),
      extend: (visibilityMs) => {
        if (open) this.visibilityMs = visibilityMs;
      },
    };
  }

  #settleFrame(releaseDelayMs: number | undefined): void {
    this.#openFrames -= 1;
    if (releaseDelayMs !== undefined) {
      this.#releaseDelayMs = Math.min(releaseDelayMs, this.#releaseDelayMs ?? Infinity);
    }
    if (this.#openFrames > 0) return;
    const delayMs = this.#releaseDelayMs;
    this.#options.onSettled(
      this,
      delayMs === undefined ? { kind: 'ack' } : { kind: 'release', delayMs },
    );
  }
}
