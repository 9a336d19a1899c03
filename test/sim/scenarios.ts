import type { CallPlan, Work } from '@replyq/testing';
import type { Knobs } from './knobs.ts';

/** A small world, of which every combination of few faults is run. */
export interface Scenario {
  readonly name: string;
  readonly knobs: Knobs;
  readonly calls: readonly CallPlan[];
}

const KNOBS: Knobs = {
  store: 'shared',
  concurrency: 8,
  packs: undefined,
  framesPerMessage: undefined,
  visibilityMs: 5000,
  waitMs: 5000,
  graceMs: 1000,
  leaseMs: 5000,
  maxBufferedFrames: 100,
  maxPendingCalls: 100,
  oldVersion: false,
};

const SHORT: Work = { kind: 'return', forMs: 5, replyChars: 0 };
/** Longer than a visibility timeout and a lease. */
const LONG: Work = { kind: 'return', forMs: 6000, replyChars: 0 };

const CALL: CallPlan = {
  call: 'c1',
  atMs: 0,
  requester: 0,
  procedure: 'act',
  timeoutMs: 20_000,
  work: SHORT,
};

export const SCENARIOS: readonly Scenario[] = [
  { name: 'one call', knobs: KNOBS, calls: [CALL] },
  {
    name: 'two calls in one message',
    knobs: { ...KNOBS, framesPerMessage: 8 },
    calls: [CALL, { ...CALL, call: 'c2', work: LONG }],
  },
];
