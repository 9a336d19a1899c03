import type { OracleBounds, Simulation } from '@replyq/testing';

/** Settings of the system under test; each seed draws its own, extreme ones among them. */
export interface Knobs {
  readonly store: 'none' | 'own' | 'shared';
  readonly concurrency: number;
  readonly packs: number | undefined;
  readonly framesPerMessage: number | undefined;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly graceMs: number;
  readonly leaseMs: number;
  readonly maxBufferedFrames: number;
}

export function drawKnobs(simulation: Simulation): Knobs {
  const random = simulation.stream('knobs');
  const one = <T>(...of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
  return {
    store: one('shared', 'shared', 'own', 'none'),
    concurrency: one(1, 2, 8, 64),
    packs: one(undefined, undefined, 0, 3),
    framesPerMessage: one(undefined, undefined, 1, 8),
    visibilityMs: one(2000, 10_000, 10_000),
    waitMs: one(20_000, 20_000, 2000),
    graceMs: one(5000, 500),
    leaseMs: one(10_000, 3000),
    maxBufferedFrames: one(10_000, 10_000, 3),
  };
}

/** What the oracles may measure by. */
export function boundsOf({ concurrency, graceMs, store, waitMs }: Knobs): OracleBounds {
  return {
    slackMs: 250,
    graceMs,
    waitMs,
    sharedStore: store === 'shared',
    concurrency,
    probeMs: 15_000,
    maxSends: 20,
  };
}
