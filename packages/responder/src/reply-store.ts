import type { Content, ReplyKind } from '@replyq/contract/wire';

/**
 * Remembers which requests have run, so that a request that comes twice is answered and not run
 * twice. Stands between admission and the handler.
 *
 * A store never sees a reply address. If `claim` fails (rejects), the request is given back and
 * does not run. If `record` fails, no reply is sent and the request comes again.
 */
export interface ReplyStore {
  claim(request: ClaimRequest): Claim | Promise<Claim>;
  /** The run goes on. False: the lease was lost, and with it the right to record. */
  renew(token: string, leaseMs: number): boolean | Promise<boolean>;
  /** The run is over; from now on the key is answered with `reply`. False: the lease was lost. */
  record(token: string, reply: StoredReply): boolean | Promise<boolean>;
  /** The run is over without a result that should be kept: the next claim of the key runs. */
  abandon(token: string): void | Promise<void>;
}

export interface ClaimRequest {
  /** Sender, procedure and idempotency key; or procedure and call id, which nobody guesses. */
  readonly key: string;
  /** Of the input: the same key with another input is a conflict. Computed when asked for. */
  readonly payloadHash: () => string;
  /** Until when the claim holds without `renew`. */
  readonly leaseMs: number;
  /** Whether the procedure may run twice without harm. */
  readonly idempotent: boolean;
}

export type Claim =
  | { readonly kind: 'run'; readonly token: string }
  | { readonly kind: 'stored'; readonly reply: StoredReply }
  /** Somebody is running it now. */
  | { readonly kind: 'busy'; readonly retryInMs: number }
  /** The same key with another payload. */
  | { readonly kind: 'conflict' };

export interface StoredReply {
  readonly kind: ReplyKind;
  readonly content: Content;
  readonly body: string;
}

/** Remembers nothing: a request that comes twice runs twice. */
export const noReplyStore: ReplyStore = {
  claim: () => ({ kind: 'run', token: '' }),
  renew: () => true,
  record: () => true,
  abandon: () => undefined,
};
