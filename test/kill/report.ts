import type { KillOptions } from './options.ts';
import type { Verdict } from './judge.ts';

const MOST_VIOLATIONS_SHOWN = 20;

export function formatVerdict(verdict: Verdict, { minutes, seed, store }: KillOptions): string {
  const { left, violations } = verdict;
  return [
    `seed ${seed}, ${minutes} min of chaos: ${counted(verdict.chaos)}`,
    `${verdict.calls} calls: ${counted(verdict.settled)}; ${verdict.died} died with their requester, ` +
      `${verdict.unsettled} unsettled, ${verdict.lost} lost, ${verdict.wrongReplies} wrong replies`,
    `${verdict.runs} handler runs, ${verdict.duplicateRuns} of them duplicates` +
      (store
        ? `; ${verdict.doubleRecorded} keys recorded twice, ${verdict.runAfterRecorded} runs after that`
        : ' (no store)'),
    `left: ${left.processes} processes, ${left.queues} queues, ${left.messages} messages; ` +
      `${verdict.orphanedQueues} reply queues orphaned by kills, which nobody sweeps yet`,
    ...violationLines(violations),
  ].join('\n');
}

export function violationLines(
  violations: readonly { readonly kind: string; readonly detail: string }[],
): readonly string[] {
  const shown = violations.slice(0, MOST_VIOLATIONS_SHOWN);
  const more = violations.length - shown.length;
  return [
    violations.length === 0 ? 'No violation.' : `${violations.length} violations:`,
    ...shown.map(({ detail, kind }) => `  ${kind}: ${detail}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

export function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}
