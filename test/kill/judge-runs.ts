import type { Evidence, Violation } from './evidence.ts';
import { judgeStore } from './judge-store.ts';

export interface RunCounts {
  /** Handlers that were entered. */
  readonly runs: number;
  /** Runs beyond the first of one key, or of one call without a key. */
  readonly duplicateRuns: number;
  readonly doubleRecorded: number;
  readonly runAfterRecorded: number;
}

/**
 * A request's age counts from when the queue has it, and a send is given up after 10 s; a stalled one may
 * arrive a little later still. Service time comes in whole seconds on redeliveries.
 */
const EXPIRED_BY_MS = 15_000;

/** No expired work is run; and what a store promises. */
export function judgeRuns(evidence: Evidence): {
  readonly counts: RunCounts;
  readonly ranNonces: ReadonlySet<string>;
  readonly violations: readonly Violation[];
} {
  const { ledgers, stored } = evidence;
  const violations: Violation[] = [];
  const deadlines = deadlinesOf(ledgers);
  const runs = new Map<string, number>();
  for (const [name, lines] of ledgers) {
    for (const line of lines) {
      if (line.event !== 'runStarted') continue;
      runs.set(line.nonce, (runs.get(line.nonce) ?? 0) + 1);
      const lateMs = Math.round(line.atMs - (deadlines.get(line.nonce) ?? Infinity));
      if (lateMs <= EXPIRED_BY_MS) continue;
      violations.push({
        kind: 'ranExpired',
        detail: `${line.nonce} in ${name}, ${lateMs} ms late`,
      });
    }
  }
  const kept = stored && runs.size > 0 ? judgeStore(evidence) : [];
  const total = [...runs.values()].reduce((sum, count) => sum + count, 0);
  return {
    counts: {
      runs: total,
      duplicateRuns: total - runs.size,
      doubleRecorded: kept.filter(({ kind }) => kind === 'doubleRecorded').length,
      runAfterRecorded: kept.filter(({ kind }) => kind === 'runAfterRecorded').length,
    },
    ranNonces: new Set(runs.keys()),
    violations: [...violations, ...kept],
  };
}

/** When the last call that asks for a nonce is over. */
function deadlinesOf(ledgers: Evidence['ledgers']): ReadonlyMap<string, number> {
  const deadlines = new Map<string, number>();
  for (const line of [...ledgers.values()].flat()) {
    if (line.event !== 'call') continue;
    const deadlineMs = line.atMs + line.timeoutMs;
    deadlines.set(line.nonce, Math.max(deadlineMs, deadlines.get(line.nonce) ?? 0));
  }
  return deadlines;
}
