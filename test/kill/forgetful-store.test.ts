// The positive control: what `kill.test.ts` does not find, this one must. A file of its own, since a
// run ends by killing all processes that this one has started.
import { expect, test } from 'vitest';
import { shortRun } from './short-run.ts';

test(
  'a store that says that it remembers, and does not, is found out',
  { timeout: 90_000 },
  async () => {
    const { doubleRecorded, violations } = await shortRun('forgetful', [
      'killResponder',
      'killResponder',
    ]);
    expect(doubleRecorded).toBeGreaterThan(0);
    const ofTheStore = ['doubleRecorded', 'runAfterRecorded', 'ranTwiceAtOnce'];
    expect(violations.filter(({ kind }) => !ofTheStore.includes(kind))).toEqual([]);
  },
);
