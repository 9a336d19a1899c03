import type { ReplyqEvent } from '@replyq/contract/transport';
import { expect } from 'vitest';
import type { Case } from './catalogue.ts';
import { CONCURRENCY, servedValue, type Aftermath, type ServingStage } from './serving-stage.ts';

/** The codes of the refusals that are told to the caller. */
const CODES = {
  BAD: 'BAD_REQUEST',
  LARGE: 'PAYLOAD_TOO_LARGE',
  NF: 'NOT_FOUND',
  METHOD_NOT_SUPPORTED: 'METHOD_NOT_SUPPORTED',
  UNSUPPORTED_VERSION: 'UNSUPPORTED_VERSION',
} as const;

/** Whatever came: nothing is lost, nobody else notices, and no URL is called that is not ours. */
export function expectUnharmed(aftermath: Aftermath, { ownUrls, repliesUrl }: ServingStage): void {
  expect(aftermath.neighbour).toMatch(/^call \d+$/);
  expect(aftermath.freeSlots).toBe(CONCURRENCY);
  expect(aftermath.deadLetters).toBe(0);
  expect(eventsOf(aftermath, 'answererFailed')).toEqual([]);
  const foreign = [...aftermath.calledUrls].filter(
    (url) => !ownUrls.has(url) && url !== repliesUrl && !/__(?:nobody|denied)-1$/.test(url),
  );
  expect(foreign).toEqual([]);
}

/** It has run once and is answered with what it was given. */
export function expectAccepted(row: Case, aftermath: Aftermath): void {
  expect(aftermath.runs).toBe(1);
  expect(aftermath.left).toBe(0);
  expect(eventsOf(aftermath, 'requestRefused')).toEqual([]);
  if (row.message.replyTo === null) return expect(aftermath.replies).toEqual([]);
  expect(aftermath.replies).toMatchObject([{ kind: 'result' }]);
  expect(aftermath.replies[0]?.value).toEqual(servedValue(row));
}

/** The one answer, the one event, no run, no message left. */
export function expectRefusal(row: Case, aftermath: Aftermath, ran = false): void {
  const refusals = eventsOf(aftermath, 'requestRefused');
  const { replies } = aftermath;
  expect(aftermath.left).toBe(row.expect === 'FOREIGN' ? 1 : 0);
  switch (row.expect) {
    case 'BAD':
    case 'LARGE':
    case 'NF':
    case 'METHOD_NOT_SUPPORTED':
    case 'UNSUPPORTED_VERSION':
      expect(aftermath.runs).toBe(0);
      expect(replies).toHaveLength(1);
      expect(replies[0]?.virtualQueue).toMatch(/^bad-\d+$/);
      expect(replies[0]?.error).toMatchObject({ code: CODES[row.expect], ran });
      if (!ran) expect(refusals).toHaveLength(1);
      return;
    case 'DROP':
      expect(aftermath.runs).toBe(0);
      expect(replies).toEqual([]);
      expect(refusals).toMatchObject([{ reason: row.reason, procedure: 'unknown' }]);
      if (row.rule !== undefined) expect(refusals[0]?.detail).toBe(row.rule);
      if (row.reason === 'replyAddress')
        expect([...aftermath.calledUrls]).not.toContainEqual(expect.stringContaining('raw-1'));
      return;
    case 'EXP':
      expect(aftermath.runs).toBe(0);
      expect(replies).toEqual([]);
      expect(refusals).toEqual([]);
      expect(eventsOf(aftermath, 'requestExpired')).toHaveLength(1);
      return;
    case 'FOREIGN':
      expect(aftermath.runs).toBe(0);
      expect(replies).toEqual([]);
      expect(eventsOf(aftermath, 'foreignRequest')).toMatchObject([{ action: 'left' }]);
      return;
    case 'UNDELIVERABLE':
      expect(aftermath.runs).toBe(1);
      expect(eventsOf(aftermath, 'replyUndeliverable')).toMatchObject([{ reason: row.reason }]);
      return;
    case 'OK':
    case 'BR':
    case 'REMOTE':
    case 'IGNORED':
    case 'RELEASED':
      throw new Error(`${row.id}: ${row.expect} is no answer of a responder`);
  }
}

export function eventsOf<TKind extends ReplyqEvent['kind']>(
  { events }: Aftermath,
  kind: TKind,
): readonly Extract<ReplyqEvent, { readonly kind: TKind }>[] {
  return events.filter(
    (event): event is Extract<ReplyqEvent, { readonly kind: TKind }> => event.kind === kind,
  );
}
