import { simulateCalls, type SimulatedRun } from '@replyq/testing';
import { drawKnobs, drawService, type Knobs, type ServiceKnobs } from './knobs.ts';
import { sharedStoreOf } from './shared-store.ts';
import { realSystem } from './system.ts';

export interface SeedOptions {
  readonly seed: number;
  readonly muted?: ReadonlySet<string>;
  /** The only calls, faults and events that there are. */
  readonly only?: ReadonlySet<string>;
}

export interface SeedRun extends SimulatedRun {
  readonly knobs: Knobs & ServiceKnobs;
}

export async function runSeed({ muted, only, seed }: SeedOptions): Promise<SeedRun> {
  let knobs: Knobs | undefined;
  const service = drawService(seed);
  const run = await simulateCalls({
    seed,
    ...(muted === undefined ? {} : { muted }),
    ...(only === undefined ? {} : { only }),
    service: { deletedLingersMs: 60_000, disorder: 8, ...service },
    system: (simulation) => {
      knobs = drawKnobs(simulation);
      return realSystem(knobs, sharedStoreOf(simulation, knobs));
    },
  });
  return { ...run, knobs: { ...(knobs as Knobs), ...service } };
}
