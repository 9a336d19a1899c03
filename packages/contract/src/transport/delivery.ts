import type { WireFrame } from '../wire/frame.ts';

/**
 * One frame that was received and is held: nobody else gets it while its visibility is extended,
 * which the transport does by itself, in batches, until the delivery is acked or released.
 *
 * Whoever got the delivery owns it and settles it exactly once, by {@link ack} or {@link release};
 * a second settle is ignored. If the process dies first, the frame comes back after its visibility
 * timeout. Which frames share a message or a receipt is the transport's secret.
 */
export interface Delivery {
  readonly frame: WireFrame;
  /** The service's id of the message that carried the frame. Frames of one pack share it. */
  readonly messageId: string;
  /** When the message was sent, by the service's own clock, epoch milliseconds. */
  readonly sentAtMs: number;
  /** 1 on the first receive. The service counts receives whose answer was lost, too. */
  readonly receiveCount: number;
  /** Who sent it, as the service verified it; absent where the service does not say. */
  readonly senderId: string | undefined;
  readonly groupId: string | undefined;
  /**
   * True: it has waited here behind another message of its group, which is done now. Received with that one each
   * time, it may never have been shown to anybody. Absent: it has not.
   */
  readonly waited?: boolean;
  /**
   * True: it shares a message with other frames, and can be parted from them: released, it comes
   * again by itself where otherwise the others would run again with it. A message with frames that
   * was received before should be taken apart like that before anything of it runs: each frame is
   * then received, and in the end moved to a dead-letter queue, for its own faults alone.
   */
  readonly separable: boolean;
  /** Time since it was sent, by the service's clock at receive plus local monotonic time since. Never negative. */
  ageMs(): number;
  /**
   * Done: the frame must not come again. Returns at once; the delete leaves in a batch
   * (`Inbox.flush` waits for it). A delete that fails leads at worst to a redelivery.
   */
  ack(): void;
  /**
   * Not done: the frame comes again, to anybody, `delayMs` from now. Leaves in a batch. Frames of the
   * same message that were acked do not come again, where it is {@link separable}.
   */
  release(delayMs: number): void;
  /** Asks for `visibilityMs` from now at the next heartbeat, instead of the inbox's own. */
  extend(visibilityMs: number): void;
}
