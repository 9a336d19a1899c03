import type { RefusalReason, SendOutcome } from '@replyq/contract/transport';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';

/** The message id. */
export function expectAccepted(outcome: SendOutcome | undefined): string {
  if (outcome?.kind !== 'accepted') throw new Error(`Not accepted, but ${show(outcome)}`);
  expectTrue(outcome.messageId.length > 0, 'The message id is empty');
  return outcome.messageId;
}

/** The error. */
export function expectRefused(outcome: SendOutcome | undefined, reason: RefusalReason): string {
  if (outcome?.kind !== 'refused' || outcome.reason !== reason) {
    throw new Error(`Not refused as ${reason}, but ${show(outcome)}`);
  }
  return outcome.error;
}

export function expectOutcome(outcome: SendOutcome | undefined, kind: SendOutcome['kind']): void {
  expectEqual(outcome?.kind, kind, `Outcome ${show(outcome)}`);
}

function show(outcome: SendOutcome | undefined): string {
  return JSON.stringify(outcome) ?? 'missing';
}
