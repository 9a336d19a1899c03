import { defineContract, mutation, task } from '@replyq/contract';
import { scheduleKeyOf, type ScheduleStore } from '@replyq/contract/transport';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { memoryReplyStore } from './memory-reply-store.ts';
import { memoryScheduleStore } from './memory-schedule-store.ts';
import { openAnswerer, type Ask, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: task({ input: z.number(), attempts: 4, backoff: { initialMs: 1000, maxMs: 1000 } }),
  look: mutation({ output: z.string() }),
});
const KEY = scheduleKeyOf({ queue: 'requests', contract: 'one', procedure: 'run', key: 'k' });

let rig: Rig;
let ran: number[];
let thrown: Error | undefined;
let store: ScheduleStore;

function open(schedules: ScheduleStore | undefined, options: object = {}): void {
  rig = openAnswerer({
    contract: one,
    handlers: {
      run: ({ input }) => {
        ran.push(input);
        if (thrown !== undefined) throw thrown;
      },
      look: () => 'done',
    },
    ...(schedules === undefined ? {} : { schedules }),
    ...options,
  });
}

beforeEach(() => {
  ran = [];
  thrown = undefined;
  store = memoryScheduleStore();
  open(store);
});

/** The task of this number, whose input is its number in order. */
const ask = (input: number, number: number, more: Ask = {}): Ask => ({
  task: true,
  input,
  messageId: `m${input}`,
  ...more,
  header: { contract: 'one', task: `t${input}`, '!schedule': { key: 'k', number }, ...more.header },
});

async function sent(): Promise<number> {
  const number = await store.number(KEY, 60_000);
  await store.sent(KEY, number);
  return number;
}

test('a task whose key nobody has taken runs', async () => {
  expect(await rig.answer(ask(1, await sent()))).toEqual({ kind: 'ack' });
  expect(ran).toEqual([1]);
});

test('one that was replaced is deleted unrun, and told', async () => {
  const first = await sent();
  const second = await sent();
  expect(await rig.answer(ask(1, first))).toEqual({ kind: 'ack' });
  expect(await rig.answer(ask(2, second))).toEqual({ kind: 'ack' });
  expect(ran).toEqual([2]);
  const told = rig.events.filter(({ kind }) => kind === 'taskCancelled');
  expect(told).toEqual([
    { kind: 'taskCancelled', queue: 'requests', procedure: 'run', task: 't1', attempt: 1 },
  ]);
  expect(rig.tasks.dead).toEqual([]);
});

test('one that was cancelled is not buried, however often it came and whatever its input', async () => {
  const number = await sent();
  await store.cancel(KEY);
  expect(await rig.answer(ask(1, number, { receiveCount: 9 }))).toEqual({ kind: 'ack' });
  expect(await rig.answer(ask(2, number, { body: '{"bad' }))).toEqual({ kind: 'ack' });
  expect(rig.tasks.dead).toEqual([]);
  expect(rig.events.map(({ kind }) => kind)).toEqual(['taskCancelled', 'taskCancelled']);
});

test('one that failed and comes again does not run once it is cancelled', async () => {
  thrown = new Error('no');
  const number = await sent();
  expect(await rig.answer(ask(1, number))).toMatchObject({ kind: 'release' });
  await store.cancel(KEY);
  expect(await rig.answer(ask(1, number, { receiveCount: 2 }))).toEqual({ kind: 'ack' });
  expect(ran).toEqual([1]);
});

test('it is asked of a task that is claimed, so that one that is done stays done', async () => {
  open(store, { replyStore: memoryReplyStore() });
  const number = await sent();
  await rig.answer(ask(1, number));
  await store.cancel(KEY);
  expect(await rig.answer(ask(1, number, { receiveCount: 2 }))).toEqual({ kind: 'ack' });
  expect(rig.kinds()).not.toContain('taskCancelled');
});

test('what is cancelled between two that wait for it does not run', async () => {
  // A store that takes its time: the cancel is in it before it answers.
  const slow: ScheduleStore = {
    ...store,
    begin: async (key, number) => {
      await store.cancel(key);
      return store.begin(key, number);
    },
  };
  open(slow);
  expect(await rig.answer(ask(1, await sent()))).toEqual({ kind: 'ack' });
  expect(ran).toEqual([]);
});

test('a task is given back where the store fails, and that is no attempt', async () => {
  const broken: ScheduleStore = { ...store, begin: () => Promise.reject(new Error('no disk')) };
  open(broken);
  for (let receiveCount = 1; receiveCount <= 6; receiveCount += 1) {
    const settlement = await rig.answer(ask(1, await sent(), { receiveCount }));
    expect(settlement).toMatchObject({ kind: 'release' });
  }
  expect(ran).toEqual([]);
  expect(rig.tasks.dead).toEqual([]);
  expect(rig.kinds()).toContain('answererFailed');
});

test('a task is given back where the store never answers', async () => {
  open({ ...store, begin: () => new Promise(() => {}) });
  expect(await rig.answer(ask(1, await sent()))).toMatchObject({ kind: 'release' });
  expect(ran).toEqual([]);
  expect(rig.kinds()).toContain('answererFailed');
  expect(rig.runtime.timerCount()).toBe(0);
});

test.each([null, {}, 7, 'schedules.db'])('%o is no schedule store', (schedules) => {
  expect(() => open(schedules as unknown as ScheduleStore)).toThrow(
    'schedules has no number: expected a schedule store, as sqliteScheduleStore makes.',
  );
});

test('a store that never answers keeps nobody who gives up closing', async () => {
  open({ ...store, begin: () => new Promise(() => {}) });
  const answering = rig.begin(ask(1, await sent()));
  await rig.runtime.settle();
  rig.closing.abort();
  await rig.runtime.settle();
  expect(rig.runtime.timerCount()).toBe(0);
  expect(await answering).toMatchObject({ kind: 'release' });
  expect(ran).toEqual([]);
});

test('whoever waits for a task hears that it was cancelled', async () => {
  const number = await sent();
  await store.cancel(KEY);
  const { task: _, ...awaited } = ask(1, number);
  await rig.answer(awaited);
  expect(ran).toEqual([]);
  expect(rig.error()).toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
});

describe('a worker without a store', () => {
  beforeEach(() => open(undefined));

  test('does not run it, and leaves it to others for long', async () => {
    for (const receiveCount of [1, 5, 99]) {
      const settlement = await rig.answer(ask(1, await sent(), { receiveCount }));
      expect(settlement).toMatchObject({ kind: 'release' });
    }
    expect(ran).toEqual([]);
    expect(rig.tasks.dead).toEqual([]);
    expect(rig.events[0]).toMatchObject({ kind: 'requestRefused', reason: 'unsupportedVersion' });
  });

  test('buries it in the end', async () => {
    await rig.answer(ask(1, await sent(), { receiveCount: 100 }));
    expect(rig.tasks.dead).toHaveLength(1);
  });

  test('sends on what is not due yet', async () => {
    const due = rig.runtime.nowMs() + 3_600_000;
    const settlement = await rig.answer(ask(1, await sent(), { header: { due } }));
    expect(settlement).toEqual({ kind: 'ack' });
    expect(rig.tasks.sentOn[0]?.frame.header).toHaveProperty('!schedule');
  });
});

test('a call has no schedule: it is refused, with a store and without', async () => {
  for (const schedules of [store, undefined]) {
    open(schedules);
    const header = { contract: 'one', '!schedule': { key: 'k', number: 1 } };
    await rig.answer({ procedure: 'look', header });
    expect(rig.error()).toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    expect(rig.kinds()).not.toContain('handlerStarted');
  }
});
