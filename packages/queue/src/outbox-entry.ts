import type { OutgoingFrame, RefusalReason, SendOutcome } from '@replyq/contract/transport';
import type { Failure, FailureKind } from './queue-service.ts';

/** One frame on its way out, and what has become of it so far. */
export interface OutboxEntry {
  readonly frame: OutgoingFrame;
  readonly settle: (outcome: SendOutcome) => void;
  /** How long it may be kept, so that more leave together; 0 once an attempt has failed. */
  patienceMs: number;
  /** When it was first put into a batch; undefined: never. */
  firstSentAtMs: number | undefined;
  /** Attempts that ended `credentials`. */
  credentialFailures: number;
  /** It was in a batch that was refused as a whole; alone it will tell whether it was to blame. */
  alone: boolean;
  /** What its last attempt met; undefined: nothing yet. */
  lastError?: string;
  /** An attempt ended `unknown`: the frame may be in the queue already. */
  maybeStored: boolean;
}

/** An attempt may have been stored, and there will be no other. */
const LOST: SendOutcome = { kind: 'unknown', error: 'The answer to an earlier attempt was lost.' };

/** Failures that no retry mends, and what they are to the sender. */
const FINAL: Readonly<Partial<Record<FailureKind, RefusalReason>>> = {
  gone: 'gone',
  denied: 'denied',
  invalid: 'invalid',
  tooLarge: 'tooLarge',
  exists: 'invalid',
  staleHandle: 'invalid',
};

/** Attempts with credentials that are not accepted, until that is the outcome. */
const MAX_CREDENTIAL_FAILURES = 3;

/** Why a failure is the end of it; undefined: another attempt may mend it. */
export function finalReason(
  { kind }: Failure,
  credentialFailures: number,
): RefusalReason | undefined {
  if (kind === 'credentials')
    return credentialFailures < MAX_CREDENTIAL_FAILURES ? undefined : 'unavailable';
  return FINAL[kind];
}

/** Surely not sent, unless an earlier attempt leaves that open. */
export function refused(entry: OutboxEntry, reason: RefusalReason, error: string): SendOutcome {
  return entry.maybeStored ? LOST : { kind: 'refused', reason, error };
}

/** What becomes of a frame that nobody waits for, or whose deadline has passed; undefined: neither. */
export function outcomeWhenOver(entry: OutboxEntry, nowMs: number): SendOutcome | undefined {
  const { frame, lastError, maybeStored } = entry;
  const withdrawn = frame.withdrawn();
  if (!withdrawn && nowMs < frame.deadlineMs) return undefined;
  if (!maybeStored && (withdrawn || lastError === undefined)) return { kind: 'withdrawn' };
  return refused(entry, 'unavailable', lastError ?? '');
}
