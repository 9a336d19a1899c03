import type { BenchOptions, Mode } from '../options.ts';
import type { Findings } from '../verdict.ts';
import { runClosed } from './closed.ts';
import { runIdle } from './idle.ts';
import { runMemory } from './memory.ts';
import { runOpen } from './open.ts';
import { runPending } from './pending.ts';
import { runScaling } from './scaling.ts';
import { runShares } from './shares.ts';
import { runTasks } from './tasks.ts';

/** What each mode does. Rejects when something could not be measured at all. */
export const modes: Readonly<Record<Mode, (options: BenchOptions) => Promise<Findings>>> = {
  closed: runClosed,
  scaling: runScaling,
  open: runOpen,
  idle: runIdle,
  memory: runMemory,
  pending: runPending,
  shares: runShares,
  tasks: runTasks,
};
