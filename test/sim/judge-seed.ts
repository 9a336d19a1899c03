import { judge, shrink, type Violation } from '@replyq/testing';
import { boundsOf } from './knobs.ts';
import { runSeed, type SeedOptions, type SeedRun } from './run-seed.ts';
import { watchStrays } from './strays.ts';

export interface Verdict {
  readonly seed: number;
  readonly calls: number;
  readonly events: number;
  readonly violations: readonly Violation[];
  /** How often each kind of fault and each outcome of a call occurred. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Runs one seed and judges it. */
export async function judgeSeed(seed: number): Promise<Verdict> {
  const { run, violations } = await runAndJudge({ seed });
  const { calls, events } = run;
  return { seed, calls, events, violations, counts: countsOf(run) };
}

/** One run, with all that is wrong with it. */
export async function runAndJudge(
  options: SeedOptions,
): Promise<{ readonly run: SeedRun; readonly violations: readonly Violation[] }> {
  const { strays, value: run } = await watchStrays(() => runSeed(options));
  return { run, violations: [...judge(run.facts, boundsOf(run.knobs)), ...strays] };
}

/** The fewest calls, events and faults with which the seed still violates one of the same invariants. */
export async function shrinkSeed(seed: number): Promise<readonly string[]> {
  const { run: whole, violations } = await runAndJudge({ seed });
  const broken = new Set(violations.map(({ invariant }) => invariant));
  return shrink({
    atoms: whole.atoms,
    fails: async (kept) => {
      const muted = new Set(whole.atoms.filter((atom) => !kept.includes(atom)));
      const { violations } = await runAndJudge({ seed, muted });
      return violations.some(({ invariant }) => broken.has(invariant));
    },
  });
}

function countsOf({ facts }: SeedRun): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const fact of facts) {
    const name =
      fact.kind === 'fault'
        ? `fault ${fact.atom.slice(0, fact.atom.indexOf('@'))}`
        : fact.kind === 'callSettled'
          ? `call ${fact.outcome}`
          : undefined;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
