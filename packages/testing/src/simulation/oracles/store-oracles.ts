import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { ClaimTrace, KeyTrace, RunTrace } from './traces.ts';

/** I8: of a key at most one run is recorded, and once it is, the key does not run again. */
export const recordsOnce: Oracle = (history, { sharedStore }) => {
  if (!sharedStore) return [];
  const violations: Violation[] = [];
  const runs = runsByKey(history);
  for (const key of history.store.keys.values()) {
    const [first, second] = key.records;
    if (first === undefined || !isGuarded(runs.get(key))) continue;
    if (second !== undefined) {
      const message = `${key.key} was recorded ${key.records.length} times`;
      violations.push({ invariant: 'I8', message, atMs: second.atMs });
    }
    for (const run of runs.get(key) ?? []) {
      if (run.order < first.order) continue;
      const message = `${run.run} of ${run.call} started after ${key.key} had been recorded`;
      violations.push({ invariant: 'I8', message, atMs: run.startedMs });
    }
  }
  return violations;
};

/** I8: where a store is shared, nothing that must not run twice runs without a claim of its own. */
export const claimsBeforeRun: Oracle = (history, { sharedStore }) => {
  if (!sharedStore) return [];
  const violations: Violation[] = [];
  const used = new Set<ClaimTrace>();
  for (const run of history.runs) {
    const { claim } = run;
    if (run.idempotent) continue;
    if (claim !== undefined && !used.has(claim)) {
      used.add(claim);
      continue;
    }
    const message = `${run.run} of ${run.call} started without a claim of its own`;
    violations.push({ invariant: 'I8', message, atMs: run.startedMs });
  }
  return violations;
};

/** I8: a call without a key is one request, whoever runs it: it is recorded under one key. */
export const recordsCallOnce: Oracle = (history, { sharedStore }) => {
  if (!sharedStore) return [];
  const violations: Violation[] = [];
  for (const { call, idempotencyKey, runs } of history.calls.values()) {
    if (idempotencyKey !== undefined || runs.length < 2) continue;
    const keys = new Set<string>();
    for (const { claim, idempotent } of runs) {
      if (claim === undefined || idempotent) continue;
      if (claim.key.records.some(({ token }) => token === claim.token)) keys.add(claim.key.key);
    }
    if (keys.size < 2) continue;
    const message = `${call} was recorded under ${[...keys].join(' and ')}`;
    violations.push({ invariant: 'I8', message, atMs: history.lastMs });
  }
  return violations;
};

/** I9: a second run of a key only when the lease of the first has run out; and then the first cannot record. */
export const fencesRuns: Oracle = (history, { sharedStore }) => {
  if (!sharedStore) return [];
  const violations: Violation[] = [];
  for (const [key, runs] of runsByKey(history)) {
    if (!isGuarded(runs)) continue;
    for (const [index, newer] of runs.entries()) {
      for (const older of runs.slice(0, index)) {
        if (!isHeld(older, newer)) continue;
        const message = `${newer.run} started while ${older.run} held ${key.key}`;
        violations.push({ invariant: 'I9', message, atMs: newer.startedMs });
      }
    }
    for (const { atMs, newest, token } of key.records) {
      if (newest) continue;
      const message = `${key.key} was recorded with ${token}, which was not its newest claim`;
      violations.push({ invariant: 'I9', message, atMs });
    }
  }
  return violations;
};

function runsByKey({ runs, store }: HistoryIndex): ReadonlyMap<KeyTrace, readonly RunTrace[]> {
  const byKey = new Map<KeyTrace, RunTrace[]>();
  for (const run of runs) {
    const key = run.claim?.key ?? store.keyOf(run.idempotencyKey ?? run.callId);
    if (key === undefined) continue;
    const sameKey = byKey.get(key);
    if (sameKey === undefined) byKey.set(key, [run]);
    else sameKey.push(run);
  }
  return byKey;
}

/** What is declared to run twice without harm need not be remembered. */
function isGuarded(runs: readonly RunTrace[] | undefined): boolean {
  return runs?.some(({ idempotent }) => idempotent) !== true;
}

/** Whether `older` was live, and had the key, when `newer` started. */
function isHeld({ claim, endedOrder, process }: RunTrace, newer: RunTrace): boolean {
  if (claim === undefined || endedOrder < newer.order) return false;
  if (process.crashedOrder < newer.order || claim.endedOrder < newer.order) return false;
  const lease = claim.leases.findLast(({ order }) => order < newer.order);
  return lease !== undefined && lease.untilMs > newer.startedMs;
}
