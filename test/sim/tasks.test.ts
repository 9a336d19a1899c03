// A small fixed share of `npm run sim -- --tasks`, and that the simulator keeps its word.
import type { Fact } from '@replyq/testing';
import { describe, expect, test } from 'vitest';
import { judgeSeed } from './judge-seed.ts';
import { runTaskSeed } from './run-task-seed.ts';
import { SCHEDULE } from './schedulers.ts';
import { regressionSeeds } from './seeds-mode.ts';
import { judgeTicks } from './tick-oracles.ts';

const FIRST_SEED = 1;
const SEEDS = 20;
/** Some runs are of hours, and machines are busy. */
const LIMIT_MS = 120_000;

describe('a seed of tasks', () => {
  const regressions = regressionSeeds('tasks').map((seed) => [seed] as const);
  test.each(regressions)('%d, which has failed once, violates nothing', async (seed) => {
    expect((await judgeSeed({ world: 'tasks', seed })).violations).toEqual([]);
  });

  test(
    `of the first ${SEEDS} violates nothing`,
    async () => {
      const broken: unknown[] = [];
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
        const { violations } = await judgeSeed({ world: 'tasks', seed });
        if (violations.length > 0) broken.push({ seed, violations });
      }
      expect(broken).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'goes the same way each time, and another goes another way',
    async () => {
      const traces = new Set<string>();
      for (let seed = 1; seed <= 4; seed += 1) {
        const [once, again] = [await runTaskSeed({ seed }), await runTaskSeed({ seed })];
        expect(again.traceHash()).toBe(once.traceHash());
        traces.add(once.traceHash());
      }
      expect(traces.size).toBe(4);
    },
    LIMIT_MS,
  );

  test('without some of its tasks has the others where they were', async () => {
    const whole = await runTaskSeed({ seed: 5 });
    const without = await runTaskSeed({ seed: 5, muted: new Set(['task@t1', 'task@t7']) });
    const tasks = (atoms: readonly string[]): readonly string[] =>
      atoms.filter((atom) => atom.startsWith('task@'));
    expect(tasks(without.atoms)).toEqual(
      tasks(whole.atoms).filter((atom) => atom !== 'task@t1' && atom !== 'task@t7'),
    );
  });
});

describe('I45: ticks', () => {
  const EVERY = { everyMs: 60_000 };
  const START = '2026-01-01T00:';

  function told(...ticks: readonly (readonly [atMs: number, minute: string])[]): readonly Fact[] {
    const process = 'scheduler-1.1';
    return [
      { atMs: 2000, process, kind: 'started', role: 'other' },
      ...ticks.flatMap(([atMs, minute], index): readonly Fact[] => {
        const deduplicationId = `tick:${SCHEDULE}@${START}${minute}.000Z`;
        const task = { procedure: 'work', delayMs: 0, deduplicationId };
        const call = `tick ${index + 1}`;
        return [
          { atMs, process, kind: 'callStarted', call, timeoutMs: 20_000, task },
          { atMs, process, kind: 'callSettled', call, outcome: 'ok' },
        ];
      }),
      { atMs: 330_000, process, kind: 'closing' },
    ];
  }

  test('that some scheduler was there for are enqueued', () => {
    expect(judgeTicks(told([60_000, '01:00'], [120_000, '02:00']), EVERY)).toEqual([]);
    const lost = judgeTicks(told([60_000, '01:00']), EVERY);
    expect(lost).toMatchObject([{ invariant: 'I45', atMs: 120_000 }]);
  });

  test('are not enqueued before their time, and are ticks', () => {
    const early = judgeTicks(told([59_999, '01:00'], [120_000, '02:00']), EVERY);
    expect(early).toMatchObject([{ invariant: 'I45', atMs: 59_999 }]);
    const other = told([60_000, '01:00'], [120_000, '02:00'], [130_000, '02:10']);
    expect(judgeTicks(other, EVERY)).toMatchObject([{ invariant: 'I45', atMs: 130_000 }]);
  });
});
