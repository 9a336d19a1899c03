import { judge, shrink, type Violation } from '@replyq/testing';
import { boundsOf } from './knobs.ts';
import { runSeed, type SeedRun } from './run-seed.ts';

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
  const run = await runSeed({ seed });
  const { calls, events } = run;
  return { seed, calls, events, violations: violationsOf(run), counts: countsOf(run) };
}

export function violationsOf({ facts, knobs }: SeedRun): readonly Violation[] {
  return judge(facts, boundsOf(knobs));
}

/** The fewest calls, events and faults with which the seed still violates one of the same invariants. */
export async function shrinkSeed(seed: number): Promise<readonly string[]> {
  const whole = await runSeed({ seed });
  const broken = new Set(violationsOf(whole).map(({ invariant }) => invariant));
  return shrink({
    atoms: whole.atoms,
    fails: async (kept) => {
      const muted = new Set(whole.atoms.filter((atom) => !kept.includes(atom)));
      const violations = violationsOf(await runSeed({ seed, muted }));
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
