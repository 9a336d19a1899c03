import { counted, violationLines } from '../kill/report.ts';
import type { TaskVerdict } from './judge.ts';
import type { TaskKillOptions } from './options.ts';

export function formatVerdict(verdict: TaskVerdict, { seed, tasks }: TaskKillOptions): string {
  const { dead, left } = verdict;
  return [
    `seed ${seed}, ${tasks} tasks: ${counted(verdict.chaos)}`,
    `${verdict.accepted} tasks accepted, ${verdict.jobs} jobs (${verdict.sharedJobs} enqueued by all producers): ` +
      `${verdict.completed} completed, ${verdict.lost} lost; ${verdict.untold} ran of which no producer was told`,
    `${verdict.runs} runs, ${verdict.repeats} of them repeats: ${counted(verdict.repeatsBecause)}`,
    `${verdict.recorded} recorded, ${verdict.doubleRecorded} of them twice; ${verdict.doneAgain} done more than once`,
    `${dead.tasks} tasks in the dead letters, ${dead.unmeant} of them not meant to, ${dead.moreCopies} more copies; ` +
      `${dead.attemptsWithoutRun} of their attempts were no runs`,
    `left: ${left.processes} processes, ${left.messages} messages`,
    ...violationLines(verdict.violations),
  ].join('\n');
}
