import type { CallScope, Delivery } from '@replyq/contract/transport';
import { attemptOf, type MessageAttributes } from '@replyq/contract/wire';
import type { ProcedureType } from '@replyq/contract';

/** A delivery as the answerer sees it: what came, without the means to settle it. */
export type IncomingFrame = Omit<Delivery, 'ack' | 'release' | 'extend'>;

/** How often the request may have been received, here or elsewhere, alone or in a pack. */
export function timesReceived({ frame, receiveCount }: IncomingFrame): number {
  return receiveCount + attemptOf(frame) - 1;
}

/**
 * The sender as the queue service verified it. Not of a request that was sent on: its sender is then
 * whoever sent it on.
 */
export function senderOf({ frame, senderId }: IncomingFrame): string | undefined {
  return attemptOf(frame) > 1 ? undefined : senderId;
}

/** What becomes of a delivery. Whoever asked the answerer does it. */
export type Settlement =
  | { readonly kind: 'ack' }
  | { readonly kind: 'release'; readonly delayMs: number };

/** What `createContext`, `onError` and interceptors see of a request. */
export interface IncomingCall {
  readonly contract: string | undefined;
  readonly procedure: string;
  readonly type: ProcedureType;
  /** Decoded, not yet validated. */
  readonly input: unknown;
  /** What the caller sent along. Not to be trusted more than its input. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The caller's own message attributes. */
  readonly attributes: MessageAttributes;
  /** The sender as the queue service verified it; undefined where it does not say, or the request was sent on. */
  readonly senderId: string | undefined;
  /** How often the message was received; more than 1 means that the handler may have run before. */
  readonly receiveCount: number;
  readonly idempotencyKey: string | undefined;
  /** Aborts at the caller's deadline, when the responder closes, and when another may run the request, too. */
  readonly signal: AbortSignal;
  readonly call: CallScope;
}
