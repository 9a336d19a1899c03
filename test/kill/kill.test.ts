// A short share of `npm run kill`, with a fixed seed.
import { expect, test } from 'vitest';
import type { ChaosKind } from './chaos-plan.ts';
import { shortRun } from './short-run.ts';

/** Not black holes and stops of seconds, which take their time to be found out. */
const KINDS: readonly ChaosKind[] = [
  'killResponder',
  'killRequester',
  'stopResponder',
  'closeResponder',
  'closeRequester',
  'restartServer',
  'cut',
  'halfClose',
];

test(
  'nothing is lost, mixed up or left when processes die, the server restarts and connections break',
  { timeout: 90_000 },
  async () => {
    const verdict = await shortRun('sqlite', KINDS);
    expect(verdict.violations).toEqual([]);
    expect(Object.keys(verdict.chaos).toSorted()).toEqual(KINDS.toSorted());
    expect(verdict.settled['OK']).toBeGreaterThan(50);
  },
);
