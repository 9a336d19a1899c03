import { claimedRuns } from './claimed-runs.ts';
import type { Violation } from './evidence.ts';
import { judgeOverlaps, type StoreEvidence } from './judge-overlaps.ts';
import { isRunLine } from './ledger-line.ts';

/**
 * One record a key, and no run whose claim was asked for after it. A run that had its claim before is
 * not held against anybody: its record fails.
 */
export function judgeStore(evidence: StoreEvidence): readonly Violation[] {
  const { ledgers } = evidence;
  const recorded = recordedOf(ledgers);
  const violations: Violation[] = [];
  for (const [key, { length }] of recorded) {
    if (length > 1) violations.push({ kind: 'doubleRecorded', detail: `${key} ${length} times` });
  }
  const runs = [...ledgers].flatMap(([name, lines]) => claimedRuns(name, lines));
  if (runs.length === 0) violations.push({ kind: 'nothingTried', detail: 'no run was claimed' });
  for (const { askedMs, key, name } of runs) {
    const afterMs = Math.round(askedMs - (recorded.get(key)?.[0] ?? Infinity));
    if (afterMs <= 0) continue;
    const detail = `${key} in ${name}, claimed ${afterMs} ms after it was recorded`;
    violations.push({ kind: 'runAfterRecorded', detail });
  }
  return [...violations, ...judgeOverlaps(evidence)];
}

/** When each key was recorded, the first time first. */
export function recordedOf(
  ledgers: StoreEvidence['ledgers'],
): ReadonlyMap<string, readonly number[]> {
  const recorded = new Map<string, number[]>();
  for (const line of [...ledgers.values()].flat()) {
    if (!isRunLine(line) || line.event !== 'recorded') continue;
    const times = [...(recorded.get(line.key) ?? []), line.atMs];
    recorded.set(
      line.key,
      times.toSorted((a, b) => a - b),
    );
  }
  return recorded;
}
