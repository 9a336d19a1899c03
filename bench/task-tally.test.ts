import { describe, expect, it } from 'vitest';
import { TaskTally } from './task-tally.ts';

describe('a tally of tasks', () => {
  it('is at its end when each has been done once, in whatever order', async () => {
    const tally = new TaskTally(11, 3);
    for (const nonce of [13, 11, 12]) tally.done(nonce);
    await tally.allDone;
    expect(tally.counts()).toEqual({ lost: 0, doubled: 0, foreign: 0 });
  });

  it('counts what was done twice beside what was lost, and does not set one off against the other', () => {
    const tally = new TaskTally(11, 3);
    for (const nonce of [11, 11, 11]) tally.done(nonce);
    expect(tally.counts()).toEqual({ lost: 2, doubled: 2, foreign: 0 });
  });

  it.each([10, 14, Number.NaN])('takes %d for none of its own', (nonce) => {
    const tally = new TaskTally(11, 3);
    tally.done(nonce);
    expect(tally.counts()).toEqual({ lost: 3, doubled: 0, foreign: 1 });
  });
});
