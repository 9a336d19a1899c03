import type { Past } from './crew.ts';
import type { Disturbance } from './disturbances.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { Leftovers } from './leftovers.ts';

/** All that is known of a run when it is over. */
export interface Evidence {
  readonly ledgers: ReadonlyMap<string, readonly LedgerLine[]>;
  readonly past: readonly Past[];
  readonly disturbances: readonly Disturbance[];
  /** Whether the responders shared a durable store. */
  readonly stored: boolean;
  /** Calls that each requester was told to make after the chaos. */
  readonly probes: number;
  readonly leftovers: Leftovers;
}

export type ViolationKind =
  | 'unsettled'
  | 'settledTwice'
  /** No call, or no claim with a store: then nothing was tried. */
  | 'nothingTried'
  | 'lost'
  | 'late'
  | 'wrongReply'
  | 'unexpectedKind'
  /** `maybeExecuted` was false, and a handler had run. */
  | 'falselyNotExecuted'
  | 'ranExpired'
  | 'doubleRecorded'
  | 'runAfterRecorded'
  | 'ranTwiceAtOnce'
  | 'probeFailed'
  | 'processFailed'
  | 'leftover';

export interface Violation {
  readonly kind: ViolationKind;
  readonly detail: string;
}
