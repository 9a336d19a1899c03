import { judgeStore, recordedOf } from '../kill/judge-store.ts';
import { askedTasks } from './asked-tasks.ts';
import type { TaskEvidence, TaskViolation } from './evidence.ts';
import { judgeDead, type DeadCounts } from './judge-dead.ts';
import { judgeTasks } from './judge-tasks.ts';
import { judgeRepeats, type RepeatCause } from './repeats.ts';
import { taskRuns } from './task-runs.ts';

export interface TaskVerdict {
  /** Tasks of which a producer was told that the queue has them. */
  readonly accepted: number;
  /** Tasks that ran though the producer was killed before it was told of them. */
  readonly untold: number;
  /** Sends that failed, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** What is to be done once: all tasks of a deduplication id are one. */
  readonly jobs: number;
  /** Deduplication ids that were enqueued by several producers. */
  readonly sharedJobs: number;
  /** Accepted tasks of which a run was done, or of whose deduplication id one was. */
  readonly completed: number;
  readonly lost: number;
  readonly runs: number;
  /** Runs less jobs that ran. */
  readonly repeats: number;
  readonly repeatsBecause: Readonly<Record<RepeatCause, number>>;
  /** Jobs of which more than one run was done, though one was recorded. */
  readonly doneAgain: number;
  readonly recorded: number;
  readonly doubleRecorded: number;
  readonly dead: DeadCounts;
  /** Requests that the answerer gave back, most of them for a lost lease. */
  readonly gaveBack: number;
  /** Times that a task could not be moved to the dead letters or sent on, and stayed. */
  readonly stuck: number;
  readonly chaos: Readonly<Record<string, number>>;
  readonly left: TaskEvidence['left'];
  readonly violations: readonly TaskViolation[];
}

/** Reads what was told in a run, and says what of it must not be. */
export function judge(evidence: TaskEvidence): TaskVerdict {
  const { disturbances, ledgers } = evidence;
  const runs = taskRuns(ledgers);
  const asked = askedTasks(ledgers);
  const records = recordedOf(ledgers);
  const recorded = new Set([...records.keys()].map((key) => key.slice(key.lastIndexOf('/') + 1)));
  const store = judgeStore(evidence) as readonly TaskViolation[];
  const tasks = judgeTasks(runs, asked, recorded, evidence);
  const dead = judgeDead(runs, asked, recorded, evidence);
  const { causes, doneAgain, violations } = judgeRepeats(runs, asked, evidence);
  const chaos: Record<string, number> = {};
  for (const { kind } of disturbances) chaos[kind] = (chaos[kind] ?? 0) + 1;
  const lines = [...ledgers.values()].flat();
  return {
    accepted: asked.accepted.size,
    ...tasks.counts,
    refused: asked.refused,
    runs: runs.length,
    repeats: Object.values(causes).reduce((sum, count) => sum + count, 0),
    repeatsBecause: causes,
    doneAgain,
    recorded: records.size,
    doubleRecorded: store.filter(({ kind }) => kind === 'doubleRecorded').length,
    dead: dead.counts,
    gaveBack: lines.filter(({ event }) => event === 'gaveBack').length,
    stuck: lines.filter(({ event }) => event === 'stuck').length,
    chaos,
    left: evidence.left,
    violations: [
      ...tasks.violations,
      ...dead.violations,
      ...store,
      ...violations,
      ...left(evidence),
    ],
  };
}

function left({ left: { messages, processes }, past }: TaskEvidence): readonly TaskViolation[] {
  const found: TaskViolation[] = [];
  if (processes > 0) found.push({ kind: 'leftover', detail: `${processes} processes` });
  if (messages > 0) found.push({ kind: 'leftover', detail: `${messages} messages` });
  for (const { ending, name } of past)
    if (ending.kind === 'failed')
      found.push({ kind: 'processFailed', detail: `${name} ${ending.reason}` });
  return found;
}
