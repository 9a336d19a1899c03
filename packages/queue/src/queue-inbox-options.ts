import type { WireFrame } from '@replyq/contract/wire';
import type { HeldFrame } from './held-message.ts';
import type { QueueApi } from './queue-api.ts';
import type { Failure, ReceivedMessage } from './queue-service.ts';
import type { Separation } from './separation.ts';

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
  /**
   * Takes what became ready while no receive waits: the next message of a FIFO group. Default: it is kept
   * for the next receive, even if there is none.
   */
  readonly onUnawaited?: (deliveries: readonly HeldFrame[]) => void;
}
