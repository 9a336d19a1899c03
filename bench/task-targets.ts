import type { BenchOptions } from './options.ts';
import { rounded } from './statistics.ts';
import type { TaskRow } from './task-row.ts';
import { atLeast, atMost, type Findings, type Verdict } from './verdict.ts';

/** A machine on which sqs-producer is slower is busy with something else. Alone on two cores it made 5,500. */
const LEAST_BASELINE = 4000;

interface Bounds {
  readonly subject: TaskRow['subject'];
  readonly step: TaskRow['step'];
  readonly tasksPerSecond?: number;
  readonly requests: number;
}

const BOUNDS: readonly Bounds[] = [
  { subject: 'replyq-packed', step: 'enqueue', tasksPerSecond: 10_000, requests: 0.02 },
  { subject: 'replyq', step: 'enqueue', requests: 0.11 },
  { subject: 'replyq-packed', step: 'work', tasksPerSecond: 8000, requests: 0.05 },
];

/** The rates are those of a near server. */
export function judgeTasks(
  rows: readonly TaskRow[],
  { latencyMs, where }: Pick<BenchOptions, 'latencyMs' | 'where'>,
): Pick<Findings, 'ratios' | 'targets' | 'refused'> {
  const ours = rows.filter(isOurs);
  const targets: Verdict[] = [];
  for (const { requests, step, subject, tasksPerSecond } of BOUNDS) {
    const row = ours.find((each) => each.subject === subject && each.step === step);
    if (row === undefined) continue;
    const about = `${subject}, ${step}`;
    if (tasksPerSecond !== undefined && latencyMs === 0) {
      targets.push(atLeast(`${about}: tasks per second`, row.tasksPerSecond, tasksPerSecond));
    }
    targets.push(atMost(`${about}: API requests per task`, row.requestsPerTask ?? 0, requests));
  }
  if (ours.length > 0) {
    const errors = ours.reduce((sum, row) => sum + row.errors, 0);
    targets.push(atMost('tasks of replyq that were refused, lost or left over', errors, 0));
  }
  const baseline = rows.find(
    ({ step, subject }) => subject === 'sqs-consumer' && step === 'enqueue',
  );
  const near = where.kind === 'embedded' && latencyMs === 0;
  const tooSlow = near && baseline !== undefined && baseline.tasksPerSecond < LEAST_BASELINE;
  return { ratios: ratiosOf(rows), targets, ...(tooSlow ? { refused: refusal(baseline) } : {}) };
}

function refusal({ tasksPerSecond }: TaskRow): string {
  return (
    `sqs-producer sends ${Math.round(tasksPerSecond)} tasks per second, ` +
    `less than ${LEAST_BASELINE}: this machine is too busy to judge by.`
  );
}

function ratiosOf(rows: readonly TaskRow[]): Readonly<Record<string, number>> {
  const ratios: Record<string, number> = {};
  for (const row of rows.filter(isOurs)) {
    for (const other of rows.filter(({ step }) => step === row.step)) {
      if (isOurs(other)) continue;
      const about = `of ${row.subject} to ${other.subject}, ${row.step}`;
      ratios[`tasks per second ${about}`] = rounded(row.tasksPerSecond / other.tasksPerSecond, 2);
      ratios[`CPU of both ${about}`] = rounded(cpuOf(row) / cpuOf(other), 3);
    }
  }
  return ratios;
}

/** Of its own process and the server's. */
function cpuOf({ cpuServerUs, cpuUs }: TaskRow): number {
  return cpuUs + (cpuServerUs ?? 0);
}

function isOurs({ subject }: TaskRow): boolean {
  return subject === 'replyq' || subject === 'replyq-packed';
}
