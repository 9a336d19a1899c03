import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shrink } from './shrink.ts';

describe('shrink', () => {
  test('finds the atoms that the failure takes, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 4 }),
        async (guilty) => {
          const atoms = Array.from({ length: 100 }, (_, index) => `a${index}`);
          const needed = guilty.map((index) => `a${index}`);
          const kept = await shrink({
            atoms,
            fails: (some) => Promise.resolve(needed.every((atom) => some.includes(atom))),
          });
          expect([...kept].toSorted()).toEqual(needed.toSorted());
        },
      ),
      { numRuns: 50 },
    );
  });

  test('keeps nothing of a failure that takes nothing', async () => {
    const fails = (): Promise<boolean> => Promise.resolve(true);
    expect(await shrink({ atoms: ['a', 'b', 'c'], fails })).toEqual([]);
  });

  test('stops after as many runs as it may take', async () => {
    let runs = 0;
    const fails = (): Promise<boolean> => ((runs += 1), Promise.resolve(false));
    await shrink({ atoms: Array.from({ length: 500 }, String), fails, maxRuns: 7 });
    expect(runs).toBe(7);
  });
});
