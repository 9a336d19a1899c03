import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import type { ReplyQueue } from './reply-queue.ts';
import type { ReplyRouter, ReplyToPolicy } from './reply-router.ts';
import type { Runtime } from './runtime.ts';

/** A queue, by name (which the transport's namespace prefixes), URL or ARN. */
export type QueueRef = string;

/**
 * The seam that requester and responder see: it speaks of frames, not of messages. One transport
 * may serve both sides of a program; **the one who creates a transport closes it, last**.
 */
export interface Transport {
  /** The clock that frames' deadlines are told in. Requester and responder use the same one. */
  readonly runtime: Runtime;
  /** The outbox of a queue, shared by all who ask for it. Looks the queue up on first use. */
  outbox(queue: QueueRef): Outbox;
  /** Opens a queue for reading. Rejects with an `RpcError` when the queue cannot be found or made. */
  openInbox(queue: QueueRef, options: InboxOptions): Promise<Inbox>;
  /** Where the replies to requests from `requestQueue` may go. Rejects like {@link openInbox}. */
  openReplies(requestQueue: QueueRef, policy: ReplyToPolicy): Promise<ReplyRouter>;
  /** The host reply queue of one requester. Nothing is made before its `ready`. */
  openReplyQueue(options: ReplyQueueOptions): ReplyQueue;
  /** Closes what it opened itself; sends that wait are refused. Idempotent. Never rejects. */
  close(): Promise<void>;
}

export interface InboxOptions {
  /** Make the queue if it does not exist. Default false: nothing creates a request queue unasked. */
  readonly create?: boolean;
  /** How long a received frame stays hidden between two heartbeats. Default 10 s. */
  readonly visibilityMs?: number;
  /** How long one receive waits for frames. Default 20 s. */
  readonly waitMs?: number;
  /**
   * How many frames the reader lets others put into one message; it asks for fewer messages
   * accordingly. Default 0: none together. Without effect on FIFO queues, where frames travel alone.
   */
  readonly framesPerMessage?: number;
  /** Whether the reader has a free slot; asked when a handler of this process calls the same queue. */
  readonly hasRoom?: () => boolean;
}

export interface ReplyQueueOptions {
  /** Begins the name of the queue and every call id. */
  readonly clientId: string;
}
