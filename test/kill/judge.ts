import type { Evidence, Violation } from './evidence.ts';
import { judgeCalls, type CallCounts } from './judge-calls.ts';
import { judgeRuns, type RunCounts } from './judge-runs.ts';

export interface Verdict extends CallCounts, RunCounts {
  readonly chaos: Readonly<Record<string, number>>;
  readonly orphanedQueues: number;
  readonly left: { readonly processes: number; readonly queues: number; readonly messages: number };
  readonly violations: readonly Violation[];
}

/** Reads what was told in a run, and says what of it must not be. */
export function judge(evidence: Evidence): Verdict {
  const { disturbances, leftovers, past } = evidence;
  const runs = judgeRuns(evidence);
  const calls = judgeCalls(evidence, runs.ranNonces);
  const failures = past.flatMap(({ ending, name }) =>
    ending.kind === 'failed'
      ? [{ kind: 'processFailed', detail: `${name} ${ending.reason}` } as const]
      : [],
  );
  const idle: Violation[] =
    calls.counts.calls === 0 ? [{ kind: 'nothingTried', detail: 'no call was made' }] : [];
  const { messages, orphanedQueues, processes, queues } = leftovers;
  const left = { processes, queues: queues.length, messages };
  const leftover: Violation[] = [];
  if (processes > 0) leftover.push({ kind: 'leftover', detail: `${processes} processes` });
  for (const queue of queues) leftover.push({ kind: 'leftover', detail: `queue ${queue}` });
  if (messages > 0) leftover.push({ kind: 'leftover', detail: `${messages} messages` });
  const chaos: Record<string, number> = {};
  for (const { kind } of disturbances) chaos[kind] = (chaos[kind] ?? 0) + 1;
  return {
    ...calls.counts,
    ...runs.counts,
    chaos,
    orphanedQueues: orphanedQueues.length,
    left,
    violations: [...idle, ...calls.violations, ...runs.violations, ...failures, ...leftover],
  };
}
