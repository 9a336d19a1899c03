import { expect, it } from 'vitest';
import { createSeededRandom } from './seeded-random.ts';

it('fills [0, 1) evenly for every seed', () => {
  const counts: number[] = [];
  for (let seed = 0; seed < 20; seed += 1) {
    const random = createSeededRandom(seed, 'test');
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const bucket = Math.floor(random() * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    expect(buckets).toHaveLength(10);
    counts.push(...buckets);
  }
  // A thousand each, with six standard deviations to either side.
  expect(Math.min(...counts)).toBeGreaterThan(820);
  expect(Math.max(...counts)).toBeLessThan(1_180);
});

it('gives each stream of a seed other numbers', () => {
  const first = ['a', 'b', 'c', 'd'].map((stream) => createSeededRandom(1, stream)());
  expect(new Set(first).size).toBe(4);
});
