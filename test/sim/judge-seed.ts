import { judge, judgeTasks, shrink, type Violation } from '@replyq/testing';
import { boundsOf } from './knobs.ts';
import { runSeed, type SeedOptions, type SeedRun } from './run-seed.ts';
import { runSweepSeed } from './run-sweep-seed.ts';
import { runTaskSeed, type TaskSeedRun } from './run-task-seed.ts';
import { watchStrays } from './strays.ts';
import { boundsOfTasks } from './task-knobs.ts';
import { judgeTicks } from './tick-oracles.ts';

/** What is simulated: calls, or tasks; `sweeps`: calls for as long as it takes to sweep what the dead leave behind. */
export type World = 'calls' | 'sweeps' | 'tasks';

export interface WorldSeed {
  readonly world: World;
  readonly seed: number;
}

export interface Verdict extends WorldSeed {
  readonly calls: number;
  readonly events: number;
  readonly violations: readonly Violation[];
  /** How often each kind of fault and each outcome of a call occurred. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Runs one seed and judges it. */
export async function judgeSeed(of: WorldSeed): Promise<Verdict> {
  const { run, violations } = await runAndJudge(of);
  const { calls, events } = run;
  return { ...of, calls, events, violations, counts: countsOf(run) };
}

export interface WorldSeedOptions extends SeedOptions {
  readonly world: World;
}

export interface Judged {
  readonly run: SeedRun | TaskSeedRun;
  readonly violations: readonly Violation[];
}

/** One run, with all that is wrong with it. */
export async function runAndJudge({ world, ...options }: WorldSeedOptions): Promise<Judged> {
  if (world !== 'tasks') {
    const runOf = world === 'sweeps' ? runSweepSeed : runSeed;
    const { strays, value: run } = await watchStrays(() => runOf(options));
    return { run, violations: [...judge(run.facts, boundsOf(run.knobs)), ...strays] };
  }
  const { strays, value: run } = await watchStrays(() => runTaskSeed(options));
  const { facts, knobs } = run;
  const broken = [...judgeTasks(facts, boundsOfTasks(knobs)), ...judgeTicks(facts, knobs)];
  return { run, violations: [...broken, ...strays] };
}

/** The fewest calls, events and faults with which the seed still violates one of the same invariants. */
export async function shrinkSeed(of: WorldSeed): Promise<readonly string[]> {
  const { run: whole, violations } = await runAndJudge(of);
  const broken = new Set(violations.map(({ invariant }) => invariant));
  return shrink({
    atoms: whole.atoms,
    fails: async (kept) => {
      const muted = new Set(whole.atoms.filter((atom) => !kept.includes(atom)));
      const { violations } = await runAndJudge({ ...of, muted });
      return violations.some(({ invariant }) => broken.has(invariant));
    },
  });
}

function countsOf({ facts }: Judged['run']): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const fact of facts) {
    const name =
      fact.kind === 'fault'
        ? `fault ${fact.atom.slice(0, fact.atom.indexOf('@'))}`
        : fact.kind === 'callSettled'
          ? `call ${fact.outcome}`
          : fact.kind === 'stored' && fact.frames.some(({ failure }) => failure !== undefined)
            ? 'dead letter'
            : undefined;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
