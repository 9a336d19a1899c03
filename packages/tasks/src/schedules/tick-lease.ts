/**
 * Lets one process enqueue a tick and the others know that it has. A shared `ReplyStore` is one: what is claimed,
 * renewed, recorded and abandoned is then the tick instead of a request.
 */
export interface TickLease {
  claim(tick: TickClaimRequest): TickClaim | Promise<TickClaim>;
  /** False: the claim is another process's, or forgotten. */
  renew(token: string | object, leaseMs: number): boolean | Promise<boolean>;
  /** From now on whoever claims it is told that it is done. */
  record(token: string | object, note: TickNote): boolean | Promise<boolean>;
  /** The next one who claims it has it. */
  abandon(token: string | object): void | Promise<void>;
}

export interface TickClaimRequest {
  readonly key: string;
  readonly payloadHash: undefined;
  readonly leaseMs: number;
  /** For as long as the store keeps anything. */
  readonly repeatsForMs: number;
  readonly idempotent: false;
}

export type TickClaim =
  /** An empty token: nothing is remembered, and none of the other methods is called for it. */
  | { readonly kind: 'run'; readonly token: string | object }
  | { readonly kind: 'stored' }
  | { readonly kind: 'busy'; readonly retryInMs: number }
  | { readonly kind: 'conflict' };

export interface TickNote {
  readonly kind: 'result';
  readonly content: 'text';
  readonly body: string;
}

/** For who has no lease: each process enqueues each tick. */
export const NO_LEASE: TickLease = {
  claim: () => ({ kind: 'run', token: '' }),
  renew: () => true,
  record: () => true,
  abandon: () => undefined,
};
