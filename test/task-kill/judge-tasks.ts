import type { AskedTasks } from './asked-tasks.ts';
import type { TaskEvidence, TaskViolation } from './evidence.ts';
import { keyOf } from './repeats.ts';
import type { TaskRun } from './task-runs.ts';

export interface TaskCounts {
  readonly untold: number;
  readonly jobs: number;
  readonly sharedJobs: number;
  readonly completed: number;
  readonly lost: number;
}

/** The queue's clock and ours are read one after the other. */
const EARLY_MS = 50;

/** Every task that a producer was told of is done, or dead. */
export function judgeTasks(
  runs: readonly TaskRun[],
  asked: AskedTasks,
  recorded: ReadonlySet<string>,
  { dead, past, tasks }: TaskEvidence,
): { readonly counts: TaskCounts; readonly violations: readonly TaskViolation[] } {
  const violations: TaskViolation[] = [];
  const violate = (kind: TaskViolation['kind'], detail: string): void => {
    violations.push({ kind, detail });
  };
  const { accepted, byNonce, numbers } = asked;
  if (numbers < tasks) violate('notAccepted', `${tasks - numbers} of ${tasks} tasks`);
  const killed = new Set(
    past.filter(({ ending }) => ending.kind === 'killed').map(({ name }) => name),
  );
  const doneTasks = new Set<string>();
  const doneKeys = new Set<string>();
  /** Whose record may not have been told. */
  const excused = new Set<string>();
  for (const run of runs) {
    const { ending, name, nonce, startedMs, task } = run;
    const meant = byNonce.get(nonce);
    if (meant === undefined) {
      violate('unknownTask', `${nonce} ran in ${name}, and nobody has asked for it`);
      continue;
    }
    const earlyMs = Math.round(meant.askedMs + meant.delayMs - startedMs);
    if (earlyMs > EARLY_MS) violate('ranEarly', `${nonce}: ${earlyMs} ms before its time`);
    if (ending !== 'done') continue;
    doneTasks.add(task);
    doneKeys.add(keyOf(run, asked));
    if (killed.has(name)) excused.add(keyOf(run, asked));
  }
  const deadTasks = new Set(dead.map(({ task }) => task));
  let completed = 0;
  let lost = 0;
  for (const [task, nonce] of accepted) {
    const shared = byNonce.get(nonce)?.shared === true;
    const isDone = doneTasks.has(task) || (shared && doneKeys.has(nonce));
    if (isDone) completed += 1;
    else if (!deadTasks.has(task)) {
      lost += 1;
      violate('lost', `${nonce}, task ${task}: accepted, and neither done nor dead`);
    }
  }
  for (const key of doneKeys)
    if (!recorded.has(key) && !excused.has(key))
      violate('notRecorded', `${key} was done, and nobody has recorded it`);
  const told = new Set(runs.map(({ task }) => task));
  return {
    counts: {
      untold: [...told].filter((task) => !accepted.has(task)).length,
      jobs: new Set(accepted.values()).size,
      sharedJobs: [...byNonce.values()].filter(({ shared }) => shared).length,
      completed,
      lost,
    },
    violations,
  };
}
