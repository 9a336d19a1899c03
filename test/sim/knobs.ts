import {
  createSeededRandom,
  type OracleBounds,
  type Simulation,
  type SimulationOptions,
} from '@replyq/testing';

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
  readonly maxPendingCalls: number;
  /** The second responder is of an older version, which has no `actAgain`. */
  readonly oldVersion: boolean;
}

/** Of the service; each seed draws its own. */
export function drawService(seed: number): ServiceKnobs {
  const random = createSeededRandom(seed, 'service');
  const [inFlight, limit] = [random(), random()];
  return {
    ...(inFlight < 0.2 ? { inFlightLimit: 5 } : {}),
    // Less than the largest reply.
    ...(limit < 0.15 ? { limits: { maxMessageBytes: 32_768, maxBatchBytes: 32_768 } } : {}),
  };
}

export type ServiceKnobs = Pick<
  NonNullable<SimulationOptions['service']>,
  'inFlightLimit' | 'limits'
>;

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
    maxPendingCalls: one(10_000, 10_000, 10_000, 4),
    oldVersion: random() < 0.08,
  };
}

/** What the oracles may measure by. */
export function boundsOf(knobs: Knobs): OracleBounds {
  return { ...boundsOfWorkers(knobs), maxPendingCalls: knobs.maxPendingCalls };
}

/** What holds for whoever runs requests, calls or tasks. */
export function boundsOfWorkers({
  concurrency,
  graceMs,
  store,
  visibilityMs,
  waitMs,
}: Pick<Knobs, 'concurrency' | 'graceMs' | 'store' | 'visibilityMs' | 'waitMs'>): OracleBounds {
  return {
    slackMs: 250,
    graceMs,
    waitMs,
    visibilityMs,
    sharedStore: store === 'shared',
    concurrency,
    probeMs: 15_000,
    maxSends: 20,
    maxTries: 45,
    maxFailedSends: 60,
  };
}
