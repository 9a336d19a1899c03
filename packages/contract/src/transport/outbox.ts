import type { WireFrame } from '../wire/frame.ts';

/** Where frames leave: one queue, as this process writes to it. Batches what is ready. */
export interface Outbox {
  /** The queue's name, for messages and observers. */
  readonly queue: string;
  /**
   * Sends one frame and says what became of it. Never rejects. The frame is the caller's again
   * once the outcome is known. A failed attempt is repeated by this one layer, with the same call
   * id, until the frame's deadline, so a receiver may see a frame twice.
   */
  send(frame: OutgoingFrame): Promise<SendOutcome>;
  /** A frame will come soon: finds out where the queue is, if that is not known. Never throws. */
  prepare(): void;
  /**
   * What a reply to one of its frames said: how many frames its responder takes in one message; 0 or
   * 1: none together. Undefined: it did not say, so it may not know packed messages at all.
   */
  heardPacks(framesPerMessage: number | undefined): void;
}

/** What of the time that a call takes anyway its request may be kept, and again its reply: see `patienceMs`. */
export const PATIENT_SHARE: number = 1 / 20;

export interface OutgoingFrame {
  /** Monotonic milliseconds; past it the frame is withdrawn, not sent. */
  readonly deadlineMs: number;
  /** FIFO: the ordering group. Standard queues: the tenant for fair queues. */
  readonly groupId?: string;
  /** FIFO: the deduplication id. replyq's callers give the call id, never an idempotency key. */
  readonly deduplicationId?: string;
  /** How long the service holds the frame back. Not on FIFO queues. */
  readonly delayMs?: number;
  /** Sent from within a handler: refused as `overloaded` when this process serves the queue and has no room. */
  readonly nested?: boolean;
  /** How long it may be kept so that more leave together. Default 0: it leaves as soon as it may. */
  readonly patienceMs?: number;
  /** False: it leaves in a message of its own. Default: it may share one, where its reader takes that. */
  readonly pack?: boolean;
  /**
   * Writes the frame. Called when its batch forms, and again for each resend. `nowMs`: the wall clock as
   * the queue service tells it, which this host's may be far from. May throw: `refused`.
   */
  encode(remainingMs: number, nowMs: number): WireFrame;
  /** Asked right before encoding: true means that nobody waits for it any more. */
  withdrawn(): boolean;
}

/** What became of a frame. `refused` and `withdrawn`: surely not sent. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly messageId: string }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly error: string }
  | { readonly kind: 'withdrawn' }
  /** Perhaps stored: an answer was lost and no later attempt could settle it. */
  | { readonly kind: 'unknown'; readonly error: string };

export type RefusalReason =
  /** The queue does not exist. */
  | 'gone'
  /** The service says that this process may not (permission, credentials, key, clock). */
  | 'denied'
  /** Larger than the queue or this transport takes. */
  | 'tooLarge'
  /** The service or the encoder found the message itself wrong. Sending it again is pointless. */
  | 'invalid'
  /** This process has no room: its buffer is full, or a nested call would wait for itself. */
  | 'overloaded'
  /** Throttled or not reachable until the deadline. */
  | 'unavailable'
  /** The transport was closed. */
  | 'closed';
