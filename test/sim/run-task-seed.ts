import { simulateTasks, type SimulatedRun } from '@replyq/testing';
import { drawService, type ServiceKnobs } from './knobs.ts';
import type { SeedOptions } from './run-seed.ts';
import { sharedStoreOf } from './shared-store.ts';
import { drawTaskKnobs, type TaskKnobs } from './task-knobs.ts';
import { realTaskSystem } from './task-system.ts';

export interface TaskSeedRun extends SimulatedRun {
  readonly knobs: TaskKnobs & ServiceKnobs;
}

export async function runTaskSeed({ muted, only, seed }: SeedOptions): Promise<TaskSeedRun> {
  let knobs: TaskKnobs | undefined;
  const service = drawService(seed);
  const run = await simulateTasks({
    seed,
    ...(muted === undefined ? {} : { muted }),
    ...(only === undefined ? {} : { only }),
    service: { deletedLingersMs: 60_000, disorder: 8, ...service },
    system: (simulation) => {
      knobs = drawTaskKnobs(simulation);
      return realTaskSystem(knobs, sharedStoreOf(simulation, knobs));
    },
  });
  return { ...run, knobs: { ...(knobs as TaskKnobs), ...service } };
}
