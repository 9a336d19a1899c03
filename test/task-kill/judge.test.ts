// A judge that cannot find anything is worthless: each test plants one thing.
import { describe, expect, test } from 'vitest';
import type { Past } from '../kill/crew.ts';
import type { ErrandName } from './contract.ts';
import type { TaskEvidence } from './evidence.ts';
import { judge } from './judge.ts';
import type { RunEnding, TaskLine } from './ledger-line.ts';

const PRODUCER = 'producer-0.0';
const WORKER = 'worker-0.0';
const OTHER = 'worker-1.0';
const closed = { kind: 'closed', toldMs: 9000, endedMs: 9100 } as const;

interface Asking {
  readonly number?: number;
  readonly procedure?: ErrandName;
  readonly delayMs?: number;
  readonly shared?: boolean;
}

function asked(nonce: string, { number = 0, ...more }: Asking = {}): TaskLine {
  const rest = { procedure: 'work', delayMs: 0, shared: false, ...more } as const;
  return { atMs: 0, event: 'asked', number, nonce, ...rest };
}

function accepted(nonce: string, task: string, number = 0): TaskLine {
  return { atMs: 5, event: 'accepted', number, nonce, task };
}

function started(atMs: number, attempt = 1, nonce = 'n', task = 't'): TaskLine {
  return { atMs, event: 'runStarted', nonce, callId: task, attempt, procedure: 'work' };
}

function ended(atMs: number, ending: RunEnding, nonce = 'n', task = 't'): TaskLine {
  return { atMs, event: 'runEnded', nonce, callId: task, ending };
}

function claimed(atMs: number, key = 't'): TaskLine {
  return { atMs, event: 'claimed', key: `task:errands/work/${key}`, askedAtMs: atMs - 1 };
}

function recorded(atMs: number, key = 't'): TaskLine {
  return { atMs, event: 'recorded', key: `task:errands/work/${key}` };
}

const ASKED = [asked('n'), accepted('n', 't')];
const RUN = [claimed(10), started(11), ended(20, 'done'), recorded(21)];

interface Given extends Partial<Omit<TaskEvidence, 'ledgers' | 'past'>> {
  readonly other?: readonly TaskLine[];
  /** Those that were killed; the others were closed. */
  readonly killed?: readonly string[];
}

function evidence(
  producer: readonly TaskLine[],
  worker: readonly TaskLine[],
  { killed = [], other = [], ...more }: Given = {},
): TaskEvidence {
  const past = [PRODUCER, WORKER, OTHER].map((name): Past => {
    const ending = killed.includes(name) ? ({ kind: 'killed' } as const) : closed;
    return { name, role: name.split('-')[0] ?? '', ending };
  });
  return {
    ledgers: new Map([
      [PRODUCER, producer],
      [WORKER, worker],
      [OTHER, other],
    ]),
    past,
    disturbances: [],
    tasks: 1,
    dead: [],
    left: { processes: 0, messages: 0 },
    ...more,
  };
}

const kinds = (given: TaskEvidence): readonly string[] =>
  judge(given).violations.map(({ kind }) => kind);

test('a good run has no violation', () => {
  expect(judge(evidence(ASKED, RUN))).toMatchObject({
    accepted: 1,
    jobs: 1,
    completed: 1,
    lost: 0,
    runs: 1,
    repeats: 0,
    recorded: 1,
    violations: [],
  });
});

describe('tasks', () => {
  test('one that was accepted and never done is lost', () => {
    expect(judge(evidence(ASKED, [claimed(10), started(11)]))).toMatchObject({ lost: 1 });
    const two = [...ASKED, asked('m', { number: 1 }), accepted('m', 'u', 1)];
    expect(kinds(evidence(two, RUN, { tasks: 2 }))).toEqual(['lost']);
  });

  test('another task of the same job is no excuse, unless they share a deduplication id', () => {
    const again = [...ASKED, accepted('n', 'u')];
    expect(kinds(evidence(again, RUN))).toEqual(['lost']);
    const shared = [asked('n', { shared: true }), accepted('n', 't'), accepted('n', 'u')];
    const once = [claimed(10, 'n'), started(11), ended(20, 'done'), recorded(21, 'n')];
    expect(kinds(evidence(shared, once))).toEqual([]);
  });

  test('one that the producer was not told of may be done or not', () => {
    expect(kinds(evidence([...ASKED, asked('m', { number: 1 })], RUN))).toEqual([]);
    const untold = [claimed(30, 'u'), started(31, 1, 'm', 'u'), ended(40, 'done', 'm', 'u')];
    const all = [...RUN, ...untold, recorded(41, 'u')];
    const given = evidence([...ASKED, asked('m', { number: 1 })], all);
    expect(judge(given)).toMatchObject({ untold: 1, completed: 1, violations: [] });
  });

  test('tasks that were never handed over, or that nobody has handed over, are violations', () => {
    expect(kinds(evidence(ASKED, RUN, { tasks: 2 }))).toEqual(['notAccepted']);
    expect(kinds(evidence(ASKED, [...RUN, started(50, 1, 'x', 'y')]))).toEqual(['unknownTask']);
  });

  test('a delayed one is not to run before its time', () => {
    const delayed = [asked('n', { delayMs: 1000 }), accepted('n', 't')];
    const at = (ms: number): readonly TaskLine[] => [
      claimed(ms - 1),
      started(ms),
      ended(ms + 9, 'done'),
      recorded(ms + 10),
    ];
    expect(kinds(evidence(delayed, at(960)))).toEqual([]);
    expect(kinds(evidence(delayed, at(940)))).toEqual(['ranEarly']);
  });
});

describe('records', () => {
  test('two of one task are a violation, wherever they were made', () => {
    const twice = evidence(ASKED, RUN, { other: [recorded(30)] });
    expect(judge(twice)).toMatchObject({ doubleRecorded: 1 });
    expect(kinds(twice)).toEqual(['doubleRecorded']);
  });

  test('so are two of one deduplication id, whose tasks are two', () => {
    const shared = [asked('n', { shared: true }), accepted('n', 't'), accepted('n', 'u')];
    const once = [claimed(10, 'n'), started(11), ended(20, 'done'), recorded(21, 'n')];
    const other = [claimed(30, 'n'), started(31, 1, 'n', 'u'), ended(40, 'done', 'n', 'u')];
    const twice = evidence(shared, once, { other: [...other, recorded(41, 'n')] });
    expect(kinds(twice)).toEqual(['doubleRecorded', 'runAfterRecorded', 'unexplainedRun']);
  });

  test('none of a task that was done is a violation, unless its worker was killed', () => {
    const untold = RUN.slice(0, -1);
    expect(kinds(evidence(ASKED, untold))).toEqual(['notRecorded']);
    expect(kinds(evidence(ASKED, untold, { killed: [WORKER] }))).toEqual([]);
  });
});

describe('repeats', () => {
  const second = [claimed(30), started(31, 2), ended(40, 'done'), recorded(41)];
  const stop = { kind: 'stopWorker', startMs: 12, endMs: 50, stopped: WORKER };

  test.each([
    ['failed', [claimed(10), started(11), ended(20, 'failed')], {}],
    ['cut', [claimed(10), started(11), ended(20, 'cut')], {}],
    ['killed', [claimed(10), started(11)], { killed: [WORKER] }],
    ['killedBeforeRecord', RUN.slice(0, -1), { killed: [WORKER] }],
    [
      'stoodStill',
      [claimed(10), started(11), ended(51, 'done')],
      { disturbances: [stop], killed: [OTHER] },
    ],
  ] as const)('one of a run that %s is no violation, and counted as such', (cause, first, more) => {
    const verdict = judge(evidence(ASKED, first, { ...more, other: second }));
    expect(verdict).toMatchObject({ runs: 2, repeats: 1, violations: [] });
    expect(verdict.repeatsBecause).toMatchObject({ [cause]: 1, unexplained: 0 });
  });

  test.each([
    ['was recorded', RUN, ['runAfterRecorded', 'unexplainedRun']],
    ['was done, and whose worker lives', RUN.slice(0, -1), ['unexplainedRun']],
    ['never ended, and whose worker lives', [claimed(10), started(11)], ['unexplainedRun']],
  ] as const)('one of a run that %s is a violation', (_, first, found) => {
    const other = first === RUN ? second.slice(0, -1) : second;
    expect(kinds(evidence(ASKED, first, { other }))).toEqual(found);
  });

  test('two at once are a violation, unless the first worker stood still', () => {
    const first = [claimed(10), started(11), ended(35, 'done')];
    const given = evidence(ASKED, first, { other: second });
    expect(kinds(given)).toEqual(['ranTwiceAtOnce', 'unexplainedRun']);
    expect(kinds({ ...given, disturbances: [stop] })).toEqual([]);
  });

  test('what a producer enqueued anew is counted apart', () => {
    const again = [claimed(30, 'u'), started(31, 1, 'n', 'u'), ended(40, 'done', 'n', 'u')];
    const verdict = judge(evidence(ASKED, RUN, { other: [...again, recorded(41, 'u')] }));
    expect(verdict).toMatchObject({ repeats: 1, doneAgain: 1, violations: [] });
    expect(verdict.repeatsBecause).toMatchObject({ enqueuedAgain: 1 });
  });
});

describe('dead letters', () => {
  const doomed = [asked('n', { procedure: 'doomed' }), accepted('n', 't')];
  const failing = (...attempts: readonly number[]): readonly TaskLine[] =>
    attempts.flatMap((n) => [claimed(n * 10), started(n * 10 + 1, n), ended(n * 10 + 5, 'failed')]);
  const dead = [{ task: 't', attempts: 3 }];
  const kill = { kind: 'killWorker', startMs: 15, endMs: 18 };

  test('a task whose attempts are used up belongs there, once or twice', () => {
    const given = evidence(doomed, failing(1, 2, 3), { dead });
    expect(judge(given)).toMatchObject({ lost: 0, dead: { tasks: 1, moreCopies: 0 } });
    expect(kinds(given)).toEqual([]);
    const twice = { ...given, dead: [...dead, ...dead] };
    expect(judge(twice)).toMatchObject({ dead: { tasks: 1, moreCopies: 1 }, violations: [] });
  });

  test('one with attempts left does not', () => {
    const early = evidence(doomed, failing(1, 2), { dead: [{ task: 't', attempts: 2 }] });
    expect(kinds(early)).toEqual(['deadTooEarly']);
  });

  test('an attempt without a run needs a worker that was disturbed', () => {
    const given = evidence(doomed, failing(1, 3), { dead });
    expect(kinds(given)).toEqual(['deadTooEarly']);
    const excused = judge({ ...given, disturbances: [kill] });
    expect(excused).toMatchObject({ dead: { attemptsWithoutRun: 1 }, violations: [] });
  });

  test('one that is recorded, that SQS has moved, or that is nobody’s does not', () => {
    expect(kinds(evidence(ASKED, RUN, { dead }))).toEqual(['deadThoughDone', 'deadTooEarly']);
    const moved = evidence(doomed, failing(1), { dead: [{ task: 't', attempts: undefined }] });
    expect(kinds(moved)).toEqual(['movedByQueue']);
    const strange = evidence(ASKED, RUN, { dead: [{ task: 'x', attempts: 3 }] });
    expect(kinds(strange)).toEqual(['unknownTask']);
  });
});

test('what is left, and a process that did not end well, are violations', () => {
  expect(kinds(evidence(ASKED, RUN, { left: { processes: 1, messages: 2 } }))).toEqual([
    'leftover',
    'leftover',
  ]);
  const ending = { kind: 'failed', reason: 'ended with 1' } as const;
  const past = [{ name: WORKER, role: 'worker', ending }];
  expect(kinds({ ...evidence(ASKED, RUN), past })).toEqual(['processFailed']);
});

test('a run without any is a violation', () => {
  expect(kinds(evidence([], [], { tasks: 0 }))).toEqual(['nothingTried']);
});
