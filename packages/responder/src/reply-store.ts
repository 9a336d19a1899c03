import type { Content, ReplyKind } from '@replyq/contract/wire';

/**
 * Remembers which requests have run, so that a request that comes twice is answered and not run
 * twice. Stands between admission and the handler. Its methods answer at once where they can; one
 * that takes long holds a slot, so give what it asks elsewhere a limit.
 *
 * S1: of one key at most one run is recorded, and once it is, the key is not run again for as long
 *     as the store remembers it.
 * S2: two runs of one key are under way together only if the first has not renewed its lease in time.
 * S3: the token is the fence: when another run has claimed the key, the older one cannot renew,
 *     record or abandon it. As long as nobody has, it can, even if its lease has run out, unless the store
 *     had to forget the claim for want of room.
 *
 * If `claim` fails (throws or rejects), the request is given back and does not run. If `record`
 * fails, no reply is sent and the request comes again. If `abandon` fails, the lease runs out by
 * itself. A store never sees a reply address.
 */
export interface ReplyStore {
  claim(request: ClaimRequest): Claim | Promise<Claim>;
  /** The run goes on: its lease is `leaseMs` from now. False: the claim is another run's, or forgotten. */
  renew(token: ClaimToken, leaseMs: number): boolean | Promise<boolean>;
  /** The run is over; from now on the key is answered with `reply`. False: the claim is another run's, or forgotten. */
  record(token: ClaimToken, reply: StoredReply): boolean | Promise<boolean>;
  /** The run is over without a result that should be kept: the next claim of the key runs. */
  abandon(token: ClaimToken): void | Promise<void>;
}

/** What the store knows a claim by; nobody else looks into it. */
export type ClaimToken = string | object;

export interface ClaimRequest {
  /** Queue and procedure, with sender and idempotency key, or with an id that nobody guesses. */
  readonly key: string;
  /**
   * Of the input, computed when asked for: the same key with another input is a conflict. Undefined
   * where the key is not of the caller's choice, and comes again only with the same request.
   */
  readonly payloadHash: (() => string) | undefined;
  /** How long the claim holds without `renew`. */
  readonly leaseMs: number;
  /**
   * For how long the key may come again; later ones are expired by age. Infinity where that cannot be
   * said, as of a key that the caller chose: the store's own retention decides.
   */
  readonly repeatsForMs: number;
  /** Whether the procedure may run twice without harm. */
  readonly idempotent: boolean;
}

export type Claim =
  /** An empty token: nothing is remembered of this run, and none of the other methods is called for it. */
  | { readonly kind: 'run'; readonly token: ClaimToken }
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

/** A run that leaves no trace in the store. */
export const UNREMEMBERED: Extract<Claim, { readonly kind: 'run' }> = { kind: 'run', token: '' };

/** Remembers nothing: a request that comes twice runs twice. */
export const noReplyStore: ReplyStore = {
  claim: () => UNREMEMBERED,
  renew: () => true,
  record: () => true,
  abandon: () => undefined,
};
