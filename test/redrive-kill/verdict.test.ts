import { expect, test } from 'vitest';
import type { RedriveKillResult } from './run.ts';
import { verdictOf } from './verdict.ts';

const GOOD: RedriveKillResult = {
  letters: 100,
  kills: 2,
  movedAtKills: [40, 20],
  lost: 0,
  doubled: 80,
  leftDead: 0,
  stillFailed: 0,
};

test('a batch for each kill may be doubled', () => {
  expect(verdictOf(GOOD)).toMatchObject({ mostDoubled: 80, good: true });
});

test.each([{ lost: 1 }, { doubled: 81 }, { leftDead: 1 }, { stillFailed: 1 }, { kills: 1 }])(
  '%j is not good',
  (more) => {
    expect(verdictOf({ ...GOOD, ...more }).good).toBe(false);
  },
);
