import type { AskedTasks } from './asked-tasks.ts';
import { DOOMED_ATTEMPTS, WORK_ATTEMPTS } from './contract.ts';
import type { TaskEvidence, TaskViolation } from './evidence.ts';
import type { TaskRun } from './task-runs.ts';

export interface DeadCounts {
  /** Tasks with a copy in the dead letters or more. */
  readonly tasks: number;
  /** Of those, tasks that were not meant to end there: kills have used up their attempts. */
  readonly unmeant: number;
  /** Copies beyond the first: a worker was killed before it deleted what it had moved. */
  readonly moreCopies: number;
  /** Attempts of theirs that never became a run: the worker that had received it was killed, stopped or closed. */
  readonly attemptsWithoutRun: number;
}

/** Whether what is in the dead letters belongs there. */
export function judgeDead(
  runs: readonly TaskRun[],
  asked: AskedTasks,
  recorded: ReadonlySet<string>,
  { dead, disturbances }: TaskEvidence,
): { readonly counts: DeadCounts; readonly violations: readonly TaskViolation[] } {
  const violations: TaskViolation[] = [];
  const copies = new Set<string>();
  let unmeant = 0;
  let attemptsWithoutRun = 0;
  const runsByTask = Map.groupBy(runs, ({ task }) => task);
  for (const { attempts, task } of dead) {
    const violate = (kind: TaskViolation['kind'], detail: string): void => {
      violations.push({ kind, detail: `${task || 'a task without an id'}: ${detail}` });
    };
    const ran = runsByTask.get(task) ?? [];
    const nonce = asked.accepted.get(task) ?? ran[0]?.nonce;
    const meant = nonce === undefined ? undefined : asked.byNonce.get(nonce);
    if (meant === undefined) {
      violate('unknownTask', 'in the dead letters, and nobody has asked for it');
      continue;
    }
    if (recorded.has(task)) violate('deadThoughDone', 'in the dead letters, and recorded as done');
    if (copies.has(task)) continue;
    copies.add(task);
    if (meant.procedure === 'work') unmeant += 1;
    if (attempts === undefined) {
      violate('movedByQueue', `after ${ran.length} runs`);
      continue;
    }
    const most = meant.procedure === 'doomed' ? DOOMED_ATTEMPTS : WORK_ATTEMPTS;
    const missing = Math.max(0, most - ran.length);
    attemptsWithoutRun += missing;
    // Each can have cost it one receive.
    const excuses = disturbances.filter(
      ({ endMs, kind }) => kind.endsWith('Worker') && endMs >= meant.askedMs,
    ).length;
    if (attempts < most) violate('deadTooEarly', `after ${attempts} of ${most} attempts`);
    else if (missing > excuses)
      violate('deadTooEarly', `${ran.length} runs, ${excuses} disturbances, ${most} attempts`);
  }
  const moreCopies = dead.length - copies.size;
  return { counts: { tasks: copies.size, unmeant, moreCopies, attemptsWithoutRun }, violations };
}
