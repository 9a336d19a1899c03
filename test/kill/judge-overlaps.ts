import { stoppedMs, type Disturbance } from './disturbances.ts';
import type { Violation } from './evidence.ts';
import { claimedRuns, type ClaimedRun } from './claimed-runs.ts';

/** What is needed to judge a store that responders share. */
export interface StoreEvidence {
  /** Other events may be among them. */
  readonly ledgers: ReadonlyMap<string, readonly { readonly event: string }[]>;
  readonly disturbances: readonly Disturbance[];
}

/**
 * Two runs of one key are under way together only if the first could not renew its lease. The store is
 * a file here, whatever the network does: only a process that stood still could not.
 */
export function judgeOverlaps({ disturbances, ledgers }: StoreEvidence): readonly Violation[] {
  const violations: Violation[] = [];
  const last = new Map<string, ClaimedRun>();
  const runs = [...ledgers].flatMap(([name, lines]) => claimedRuns(name, lines));
  for (const run of runs.toSorted((a, b) => a.grantedMs - b.grantedMs)) {
    const before = last.get(run.key);
    last.set(run.key, run);
    // Of a process that was killed in the middle nobody knows until when it ran.
    if (before?.endedMs === undefined || run.grantedMs >= before.endedMs) continue;
    if (stoppedMs(disturbances, before.name, before.grantedMs, run.grantedMs) > 0) continue;
    const intoMs = Math.round(run.grantedMs - before.grantedMs);
    const detail = `${run.key} in ${run.name}, ${intoMs} ms into its run in ${before.name}`;
    violations.push({ kind: 'ranTwiceAtOnce', detail });
  }
  return violations;
}
