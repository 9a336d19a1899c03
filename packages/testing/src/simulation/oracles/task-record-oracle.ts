import type { Violation } from '../oracle.ts';
import type { TaskOracle } from './task-oracle.ts';
import type { KeyRecord, RunTrace } from './traces.ts';

/** I42: with a shared store one success is recorded of a task, and of all tasks of one deduplication id; then none of them runs. */
export const recordsTasksOnce: TaskOracle = (_history, tasks, { sharedStore }) => {
  if (!sharedStore) return [];
  const violations: Violation[] = [];
  for (const task of tasks.tasks) {
    const siblings = tasks.siblingsOf(task);
    if (siblings[0] !== task) continue;
    const runs = siblings.flatMap((each) => each.runs);
    // A store that has lost a record knows no better.
    if (runs.some(({ claim }) => claim?.key.forgotten === true)) continue;
    const records = recordsOf(runs);
    const [first, second] = records;
    if (first === undefined) continue;
    const name = task.told.deduplicationId ?? task.task;
    if (second !== undefined) {
      const message = `${name} was recorded ${records.length} times`;
      violations.push({ invariant: 'I42', message, atMs: second.atMs });
    }
    for (const { idempotent, order, run, startedMs } of runs) {
      // Without an id of its caller's, what is idempotent is not remembered.
      if (order < first.order || (idempotent && task.told.deduplicationId === undefined)) continue;
      const message = `${run} started after ${name} had been recorded`;
      violations.push({ invariant: 'I42', message, atMs: startedMs });
    }
  }
  return violations;
};

function recordsOf(runs: readonly RunTrace[]): readonly KeyRecord[] {
  const records = new Set<KeyRecord>();
  for (const { claim } of runs)
    for (const record of claim?.key.records ?? [])
      if (record.token === claim?.token) records.add(record);
  return [...records].toSorted((one, other) => one.order - other.order);
}
