import type { Simulation, TaskBounds } from '@replyq/testing';
import { boundsOfWorkers, type Knobs } from './knobs.ts';

/** Settings of workers, producers and queues; each seed draws its own, extreme ones among them. */
export interface TaskKnobs extends Pick<
  Knobs,
  'store' | 'concurrency' | 'visibilityMs' | 'waitMs' | 'graceMs' | 'leaseMs'
> {
  readonly fifo: boolean;
  readonly attempts: number;
  readonly initialMs: number;
  readonly maxMs: number;
  /** Of the producers' messages; undefined: tasks travel alone. */
  readonly framesPerMessage: number | undefined;
  /** Receives that need not be runs, beyond the attempts. */
  readonly spareReceives: number;
  /** Whether workers are told of the dead-letter queue, or ask for it. */
  readonly namesDeadLetters: boolean;
  /** Of two schedulers; undefined: there are none. */
  readonly everyMs: number | undefined;
  /** Whether they share a lease, too, and so enqueue a tick once. */
  readonly leased: boolean;
}

/** Of one run; less than tasks that share a message may take. */
export const RUN_TIMEOUT_MS = 20_000;

export function drawTaskKnobs(simulation: Simulation): TaskKnobs {
  const random = simulation.stream('knobs');
  const one = <T>(...of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
  return {
    fifo: random() < 0.25,
    store: one('shared', 'shared', 'own', 'none'),
    concurrency: one(1, 2, 8, 64),
    visibilityMs: one(2000, 10_000, 10_000),
    waitMs: 20_000,
    graceMs: one(5000, 500),
    leaseMs: one(10_000, 3000),
    attempts: one(1, 2, 3, 5),
    initialMs: one(0, 1000, 10_000),
    maxMs: one(10_000, 60_000),
    framesPerMessage: one(undefined, undefined, 3, 10),
    spareReceives: one(5, 5, 50),
    namesDeadLetters: one(true, false),
    everyMs: one(undefined, undefined, 20_000, 60_000, 300_000),
    leased: one(true, false),
  };
}

export function queuesOf({ fifo }: TaskKnobs): { readonly queue: string; readonly dead: string } {
  return fifo ? { queue: 'jobs.fifo', dead: 'jobs-dlq.fifo' } : { queue: 'jobs', dead: 'jobs-dlq' };
}

export function maxReceivesOf({ attempts, spareReceives }: TaskKnobs): number {
  return Math.max(3, attempts + spareReceives);
}

/** What the oracles may measure by. */
export function boundsOfTasks(knobs: TaskKnobs): TaskBounds {
  return {
    ...boundsOfWorkers(knobs),
    deadLetterQueue: queuesOf(knobs).dead,
    attempts: knobs.attempts,
    maxReceiveCount: maxReceivesOf(knobs),
    remembers: knobs.store !== 'none',
  };
}
