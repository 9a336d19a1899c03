// A judge that cannot find anything is worthless: each test plants one thing.
import { describe, expect, test } from 'vitest';
import type { Evidence } from './evidence.ts';
import { judge } from './judge.ts';
import type { LedgerEvent, LedgerLine } from './ledger-line.ts';

type Call = Extract<LedgerEvent, { readonly event: 'call' }>;

const REQUESTER = 'requester-0.0';
const RESPONDER = 'responder-0.0';
const closed = { kind: 'closed', toldMs: 90_000, endedMs: 90_100 } as const;
const nothingLeft = { processes: 0, queues: [], orphanedQueues: [], messages: 0 };

function call(atMs: number, more: Partial<Call> = {}): LedgerLine {
  const rest = { procedure: 'change', timeoutMs: 60_000, keyed: false } as const;
  const kind = { impatient: false, probe: false };
  return { atMs, event: 'call', id: '#1', nonce: 'n', ...rest, ...kind, ...more };
}

function settled(atMs: number, kind = 'OK', more: object = {}): LedgerLine {
  return { atMs, event: 'settled', id: '#1', kind, maybeExecuted: true, ...more };
}

function ran(atMs: number, nonce = 'n'): LedgerLine {
  return { atMs, event: 'runStarted', nonce, callId: 'c' };
}

function claimed(askedAtMs: number, key = '/jobs/change/n'): LedgerLine {
  return { atMs: askedAtMs + 1, event: 'claimed', key, askedAtMs };
}

function recorded(atMs: number, key = '/jobs/change/n'): LedgerLine {
  return { atMs, event: 'recorded', key };
}

function evidence(
  requester: readonly LedgerLine[],
  responder: readonly LedgerLine[],
  more: Partial<Evidence> = {},
): Evidence {
  return {
    ledgers: new Map([
      [REQUESTER, requester],
      [RESPONDER, responder],
    ]),
    past: [
      { name: REQUESTER, role: 'requester', ending: closed },
      { name: RESPONDER, role: 'responder', ending: closed },
    ],
    disturbances: [],
    stored: true,
    probes: 0,
    leftovers: nothingLeft,
    ...more,
  };
}

const GOOD: readonly [readonly LedgerLine[], readonly LedgerLine[]] = [
  [call(0), settled(100)],
  [claimed(10), ran(20), recorded(60)],
];

const kinds = (given: Evidence): readonly string[] =>
  judge(given).violations.map(({ kind }) => kind);

test('a good run has no violation', () => {
  expect(judge(evidence(...GOOD))).toMatchObject({
    calls: 1,
    settled: { OK: 1 },
    unsettled: 0,
    died: 0,
    runs: 1,
    duplicateRuns: 0,
    violations: [],
  });
});

describe('calls', () => {
  test('one that has not settled is a violation, unless its requester was killed', () => {
    expect(kinds(evidence([call(0)], []))).toEqual(['unsettled']);
    const past = [{ name: REQUESTER, role: 'requester', ending: { kind: 'killed' } }] as const;
    const died = judge(evidence([call(0)], [], { past }));
    expect(died).toMatchObject({ died: 1, unsettled: 0, violations: [] });
  });

  test('one that settles twice is a violation', () => {
    expect(kinds(evidence([call(0), settled(1), settled(2)], []))).toEqual(['settledTwice']);
  });

  test("another call's reply is a violation", () => {
    const given = evidence([call(0), settled(1, 'OK', { wrong: '{}' })], []);
    expect(judge(given)).toMatchObject({ wrongReplies: 1 });
    expect(kinds(given)).toEqual(['wrongReply']);
  });

  test('a timeout is a loss if nothing was wrong for 20 s on end, and not before', () => {
    const lines = [call(0), settled(60_000, 'TIMEOUT')];
    const between = (startMs: number, endMs: number): Evidence =>
      evidence(lines, [], { disturbances: [{ kind: 'cut', startMs, endMs }] });
    expect(judge(evidence(lines, []))).toMatchObject({ lost: 1 });
    expect(kinds(between(19_000, 39_999))).toEqual(['lost']);
    expect(kinds(between(19_999, 40_001))).toEqual([]);
  });

  test('a timeout that was meant to come is none', () => {
    expect(kinds(evidence([call(0, { impatient: true }), settled(60_000, 'TIMEOUT')], []))).toEqual(
      [],
    );
  });

  test('one that settles long after its deadline is late, unless its process stood still', () => {
    const lines = [call(0, { timeoutMs: 1000 }), settled(7000)];
    expect(kinds(evidence(lines, []))).toEqual(['late']);
    const stop = { kind: 'stopRequester', startMs: 500, endMs: 6900, stopped: REQUESTER };
    expect(kinds(evidence(lines, [], { disturbances: [stop] }))).toEqual([]);
    expect(kinds(evidence(lines, [], { disturbances: [{ ...stop, stopped: 'another' }] }))).toEqual(
      ['late'],
    );
  });

  test.each(['BAD_REPLY', 'REPLY_QUEUE_LOST', 'remote INTERNAL_SERVER_ERROR', 'CONFLICT'])(
    '%s is not to be expected',
    (kind) => {
      expect(kinds(evidence([call(0), settled(1, kind)], []))).toEqual(['unexpectedKind']);
    },
  );

  test('an error that says that nothing has run is checked', () => {
    const lines = [call(0), settled(100, 'TIMEOUT', { maybeExecuted: false })];
    expect(kinds(evidence(lines, []))).toEqual([]);
    expect(kinds(evidence(lines, [claimed(40), ran(50)]))).toEqual(['falselyNotExecuted']);
  });

  test('a requester whose probes have not all succeeded is named', () => {
    const probe = call(0, { probe: true });
    expect(kinds(evidence([probe, settled(1)], [], { probes: 1 }))).toEqual([]);
    expect(kinds(evidence([probe, settled(1)], [], { probes: 2 }))).toEqual(['probeFailed']);
    expect(kinds(evidence([probe, settled(1, 'TIMEOUT')], [], { probes: 1 }))).toEqual([
      'probeFailed',
    ]);
  });

  test('a run without any is a violation', () => {
    expect(kinds(evidence([], []))).toEqual(['nothingTried']);
  });
});

describe('runs', () => {
  const calls = GOOD[0];

  test('duplicates are counted, by key', () => {
    expect(judge(evidence(calls, [ran(1), ran(2)], { stored: false }))).toMatchObject({
      runs: 2,
      duplicateRuns: 1,
      violations: [],
    });
  });

  test('two records of one key are a violation with a store, wherever they were made', () => {
    const once = evidence(calls, [claimed(1), ran(2), recorded(3)]);
    const ledgers = new Map([...once.ledgers, ['responder-1.0', [recorded(4)]]]);
    const twice = { ...once, ledgers };
    expect(kinds(once)).toEqual([]);
    expect(judge(twice)).toMatchObject({ doubleRecorded: 1 });
    expect(kinds(twice)).toEqual(['doubleRecorded']);
    expect(kinds({ ...twice, stored: false })).toEqual([]);
  });

  test('a run is held against its claim, not against its own begin', () => {
    const another = (askedAtMs: number): Evidence => {
      const once = evidence(calls, [claimed(10), ran(20), recorded(60)]);
      const second = [claimed(askedAtMs), ran(80)];
      return { ...once, ledgers: new Map([...once.ledgers, ['responder-1.0', second]]) };
    };
    expect(kinds(another(59))).toEqual([]);
    expect(judge(another(61))).toMatchObject({ runAfterRecorded: 1 });
    expect(kinds(another(61))).toEqual(['runAfterRecorded']);
  });

  test('a call without a key is known to the store by its call id', () => {
    const key = '/jobs/change/c';
    const once = evidence(calls, [claimed(10, key), ran(20), recorded(60, key)]);
    const second = [claimed(61, key), ran(80)];
    const ledgers = new Map([...once.ledgers, ['responder-1.0', second]]);
    expect(kinds({ ...once, ledgers })).toEqual(['runAfterRecorded']);
  });

  test('two runs at once are a violation, unless the first process stood still', () => {
    const ended: LedgerLine = { atMs: 50, event: 'runEnded', nonce: 'n', callId: 'c' };
    const both = (secondMs: number, more: Partial<Evidence> = {}): Evidence => {
      const once = evidence(calls, [claimed(10), ran(20), ended], more);
      const second = [claimed(secondMs), ran(80)];
      return { ...once, ledgers: new Map([...once.ledgers, ['responder-1.0', second]]) };
    };
    const stop = { kind: 'stopResponder', startMs: 25, endMs: 45 };
    expect(kinds(both(30))).toEqual(['ranTwiceAtOnce']);
    expect(kinds(both(50))).toEqual([]);
    expect(kinds(both(30, { disturbances: [{ ...stop, stopped: RESPONDER }] }))).toEqual([]);
    expect(kinds(both(30, { disturbances: [{ ...stop, stopped: 'responder-1.0' }] }))).toEqual([
      'ranTwiceAtOnce',
    ]);
  });

  test('what is run after the last deadline of its key is a violation', () => {
    expect(kinds(evidence(calls, [ran(74_900)], { stored: false }))).toEqual([]);
    expect(kinds(evidence(calls, [ran(75_100)], { stored: false }))).toEqual(['ranExpired']);
  });

  test('a store that was never asked is a violation', () => {
    expect(kinds(evidence(calls, [ran(1)]))).toEqual(['nothingTried']);
  });
});

describe('leftovers', () => {
  test.each([
    [{ processes: 1 }, 1],
    [{ queues: ['a', 'b'] }, 2],
    [{ messages: 3 }, 1],
    [{ orphanedQueues: ['a'] }, 0],
  ])('%j are %i violations', (more, count) => {
    const given = evidence(...GOOD, { leftovers: { ...nothingLeft, ...more } });
    expect(kinds(given)).toEqual(Array.from({ length: count }, () => 'leftover'));
  });

  test('a process that did not end well is a violation', () => {
    const ending = { kind: 'failed', reason: 'ended with 1' } as const;
    const past = [{ name: RESPONDER, role: 'responder', ending }] as const;
    expect(kinds(evidence(...GOOD, { past }))).toEqual(['processFailed']);
  });
});
