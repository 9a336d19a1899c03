import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../seeded-random.ts';
import { drawTaskPlans, workOfAttempt, type TaskPlan } from './task-plan.ts';

const HOUR_MS = 3_600_000;

function draw(seed: number, fifo = false): readonly TaskPlan[] {
  const random = createSeededRandom(seed, 'workload');
  const most = { overMs: HOUR_MS, maxDelayMs: 3 * HOUR_MS };
  return drawTaskPlans({ random, tasks: 40, producers: 2, fifo, ...most });
}

describe('the tasks of a run', () => {
  const seeds = Array.from({ length: 50 }, (_, seed) => draw(seed));

  it('are of every kind over some seeds, with delays about a quarter of an hour and far beyond', () => {
    const all = seeds.flat();
    expect(new Set(all.map(({ work }) => work.kind)).size).toBe(5);
    const delays = new Set(all.map(({ delayMs }) => delayMs));
    for (const delayMs of [0, 899_000, 900_000, 901_000]) expect(delays.has(delayMs)).toBe(true);
    expect(Math.max(...delays)).toBeGreaterThan(2 * HOUR_MS);
    expect(all.some(({ joined }) => joined)).toBe(true);
  });

  it('have the same work where they have the same deduplication id', () => {
    const works = Map.groupBy(seeds.flat(), ({ deduplicationId }) => deduplicationId);
    works.delete(undefined);
    expect(works.size).toBeGreaterThan(3);
    for (const same of works.values())
      expect(new Set(same.map(({ work }) => JSON.stringify(work))).size).toBe(1);
  });

  it('have groups, and no delays, on FIFO queues alone', () => {
    expect(seeds.flat().some(({ groupId }) => groupId !== undefined)).toBe(false);
    const fifo = Array.from({ length: 5 }, (_, seed) => draw(seed, true)).flat();
    expect(fifo.every(({ delayMs }) => delayMs === 0)).toBe(true);
    expect(new Set(fifo.map(({ groupId }) => groupId)).size).toBe(4);
  });
});

it('work changes when its attempts are over', () => {
  const work = { kind: 'throw', forMs: 100, attempts: 2 } as const;
  expect(workOfAttempt(work, 2)).toMatchObject({ kind: 'throw', forMs: 100 });
  expect(workOfAttempt(work, 3)).toMatchObject({ kind: 'return' });
});
