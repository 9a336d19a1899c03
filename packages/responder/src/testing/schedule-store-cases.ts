// What every schedule store promises, as a list of cases to run over each of them.
import type { ScheduleStore } from '@replyq/contract/transport';
import type { VirtualRuntime } from '@replyq/testing';
import fc from 'fast-check';
import { expect } from 'vitest';

export const KEEP_MS = 60_000;

export interface ScheduleStoreUnderTest {
  readonly store: ScheduleStore;
  readonly runtime: VirtualRuntime;
}

export interface ScheduleStoreCase {
  readonly name: string;
  run(under: ScheduleStoreUnderTest): Promise<void>;
}

/** A task that the queue has. */
async function enqueued(store: ScheduleStore, key = 'a'): Promise<number> {
  const number = await store.number(key, KEEP_MS);
  await store.sent(key, number);
  return number;
}

export const scheduleStoreCases: readonly ScheduleStoreCase[] = [
  {
    name: 'a task that nobody has replaced or cancelled runs, again and again',
    async run({ store }) {
      const number = await enqueued(store);
      for (let run = 0; run < 3; run += 1) expect(await store.begin('a', number)).toBe(true);
    },
  },
  {
    name: 'N1: the last one that was sent runs, and none before it',
    async run({ store }) {
      const first = await enqueued(store);
      const second = await enqueued(store);
      const third = await enqueued(store);
      expect(await store.begin('a', first)).toBe(false);
      expect(await store.begin('a', second)).toBe(false);
      expect(await store.begin('a', third)).toBe(true);
    },
  },
  {
    name: 'N1: one that has begun and comes again does not, once it is replaced',
    async run({ store }) {
      const first = await enqueued(store);
      expect(await store.begin('a', first)).toBe(true);
      await enqueued(store);
      expect(await store.begin('a', first)).toBe(false);
    },
  },
  {
    name: 'N1: it does not matter in which order they were told as sent',
    async run({ store }) {
      const first = await store.number('a', KEEP_MS);
      const second = await store.number('a', KEEP_MS);
      await store.sent('a', second);
      await store.sent('a', first);
      expect(await store.begin('a', first)).toBe(false);
      expect(await store.begin('a', second)).toBe(true);
    },
  },
  {
    name: 'N2: what was numbered before a cancel does not run, sent or not; what comes after it does',
    async run({ store }) {
      const first = await enqueued(store);
      const late = await store.number('a', KEEP_MS);
      expect(await store.cancel('a')).toBe(true);
      await store.sent('a', late);
      expect(await store.begin('a', first)).toBe(false);
      expect(await store.begin('a', late)).toBe(false);
      expect(await store.begin('a', await enqueued(store))).toBe(true);
    },
  },
  {
    name: 'N3: a number whose task was not sent ends nothing, until the task comes all the same',
    async run({ store }) {
      const first = await enqueued(store);
      const second = await store.number('a', KEEP_MS);
      expect(await store.begin('a', first)).toBe(true);
      expect(await store.begin('a', second)).toBe(true);
      expect(await store.begin('a', first)).toBe(false);
    },
  },
  {
    name: 'N4: a key that is not known ends nothing',
    async run({ store }) {
      expect(await store.begin('b', 5)).toBe(true);
      expect(await store.cancel('b')).toBe(false);
      await store.sent('b', 5);
      expect(await store.begin('b', 5)).toBe(true);
    },
  },
  {
    name: 'a cancel says whether a task was waiting',
    async run({ store }) {
      await enqueued(store);
      expect(await store.cancel('a')).toBe(true);
      expect(await store.cancel('a')).toBe(false);
      const begun = await enqueued(store);
      await store.begin('a', begun);
      expect(await store.cancel('a')).toBe(false);
      await enqueued(store);
      expect(await store.cancel('a')).toBe(true);
      await store.number('a', KEEP_MS);
      expect(await store.cancel('a')).toBe(false);
    },
  },
  {
    name: 'keys do not touch each other',
    async run({ store }) {
      const number = await enqueued(store, 'a');
      await enqueued(store, 'b');
      await store.cancel('b');
      expect(await store.begin('a', number)).toBe(true);
    },
  },
  {
    name: 'numbers rise, whatever the wall clock does',
    async run({ store, runtime }) {
      const numbers: number[] = [];
      for (const step of [0, 5000, -3_600_000, 0, 1]) {
        runtime.stepWallClock(step);
        numbers.push(await store.number('a', KEEP_MS));
      }
      expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
    },
  },
  {
    name: 'a key that was forgotten goes on above the numbers that it had',
    async run({ store, runtime }) {
      const old = await enqueued(store);
      await runtime.advance(KEEP_MS);
      // Enough to have it looked for.
      for (let other = 0; other < 2000; other += 1) await store.number(`other ${other}`, KEEP_MS);
      const young = await enqueued(store);
      expect(young).toBeGreaterThan(old);
      expect(await store.begin('a', old)).toBe(false);
      expect(await store.begin('a', young)).toBe(true);
    },
  },
  {
    name: 'a key is kept as long as its last task may need it',
    async run({ store, runtime }) {
      const first = await enqueued(store);
      await store.number('a', 10 * KEEP_MS);
      await store.number('a', 1);
      await store.cancel('a');
      await runtime.advance(10 * KEEP_MS - 1);
      for (let other = 0; other < 2000; other += 1) await store.number(`other ${other}`, 1);
      expect(await store.begin('a', first)).toBe(false);
    },
  },
];

type Step = readonly ['number' | 'cancel', 0] | readonly ['sent' | 'begin', number];

export const scheduleSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.constantFrom(['number', 0] as const, ['cancel', 0] as const),
    fc.tuple(fc.constantFrom('sent' as const, 'begin' as const), fc.nat(5)),
  ),
  { maxLength: 25 },
);

/** N1 to N3 for any sequence: who may begin is worked out from the history alone. */
export async function followScheduleSteps(
  store: ScheduleStore,
  steps: readonly Step[],
): Promise<void> {
  const given: number[] = [];
  const over = new Set<number>();
  for (const [what, at] of steps) {
    const number = given[at];
    if (what === 'number') given.push(await store.number('a', KEEP_MS));
    else if (what === 'cancel') {
      await store.cancel('a');
      for (const each of given) over.add(each);
    } else if (number !== undefined) {
      const may = !over.has(number);
      if (what === 'begin') expect(await store.begin('a', number)).toBe(may);
      else await store.sent('a', number);
      // It was in the queue: those before it are replaced.
      if (what === 'sent' || may) for (const each of given.slice(0, at)) over.add(each);
    }
  }
}
