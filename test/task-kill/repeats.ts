import { stoppedMs } from '../kill/disturbances.ts';
import type { AskedTasks } from './asked-tasks.ts';
import type { TaskEvidence, TaskViolation } from './evidence.ts';
import type { TaskRun } from './task-runs.ts';

/** Why a job was run once more. */
export const REPEAT_CAUSES = [
  /** The run before failed, as it should. */
  'failed',
  /** The run before was cut short: its worker closed, or its lease came into doubt. */
  'cut',
  /** The worker was killed in the middle of the run before. */
  'killed',
  /** The worker was killed after the run before was done, and before that was recorded, or told to be. */
  'killedBeforeRecord',
  /** The worker of the run before stood still until its lease was over. */
  'stoodStill',
  /** A producer that was killed was not told of the task, and the next one enqueued it anew. */
  'enqueuedAgain',
  'unexplained',
] as const;

export type RepeatCause = (typeof REPEAT_CAUSES)[number];

export interface Repeats {
  /** Their sum is runs less jobs that ran. */
  readonly causes: Readonly<Record<RepeatCause, number>>;
  /** Jobs of which two runs or more were done. */
  readonly doneAgain: number;
  readonly violations: readonly TaskViolation[];
}

/** What the workers take for the same: a task, or all tasks of one deduplication id. */
export function keyOf({ nonce, task }: TaskRun, { byNonce }: AskedTasks): string {
  return byNonce.get(nonce)?.shared === true ? nonce : task;
}

export function judgeRepeats(
  runs: readonly TaskRun[],
  asked: AskedTasks,
  evidence: TaskEvidence,
): Repeats {
  const causes = Object.fromEntries(REPEAT_CAUSES.map((cause) => [cause, 0])) as Record<
    RepeatCause,
    number
  >;
  const violations: TaskViolation[] = [];
  const before = new Map<string, TaskRun>();
  const nonces = new Set<string>();
  const done = new Map<string, number>();
  for (const run of runs) {
    const key = keyOf(run, asked);
    const last = before.get(key);
    before.set(key, run);
    if (run.ending === 'done') done.set(run.nonce, (done.get(run.nonce) ?? 0) + 1);
    if (last !== undefined) {
      const cause = causeOf(last, run, evidence);
      causes[cause] += 1;
      const detail = `${run.nonce} in ${run.name}, after ${last.name} (${last.ending ?? 'open'})`;
      if (cause === 'unexplained') violations.push({ kind: 'unexplainedRun', detail });
    } else if (nonces.has(run.nonce)) causes.enqueuedAgain += 1;
    nonces.add(run.nonce);
  }
  const doneAgain = [...done.values()].filter((times) => times > 1).length;
  return { causes, doneAgain, violations };
}

function causeOf(
  last: TaskRun,
  run: TaskRun,
  { disturbances, past }: TaskEvidence,
): Exclude<RepeatCause, 'enqueuedAgain'> {
  const { endedMs = Infinity, ending, name, startedMs } = last;
  const ended = past.find((each) => each.name === name)?.ending.kind;
  const stoodStill = stoppedMs(disturbances, name, startedMs, run.startedMs) > 0;
  if (ending === undefined && ended === 'killed') return 'killed';
  if (endedMs > run.startedMs) return stoodStill ? 'stoodStill' : 'unexplained';
  if (ending === 'failed' || ending === 'cut') return ending;
  if (ended === 'killed') return 'killedBeforeRecord';
  return stoodStill ? 'stoodStill' : 'unexplained';
}
