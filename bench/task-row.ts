import { dollarsPerMillionCalls } from './billing.ts';
import type { TaskSubject } from './settings.ts';
import { median, rounded, spreadOf, type Spread } from './statistics.ts';
import type { TaskSample } from './task-run.ts';

/** What is measured of one subject in one step: medians over the repeats. */
export interface TaskRow {
  readonly subject: TaskSubject;
  readonly step: 'enqueue' | 'work';
  readonly tasks: number;
  readonly payloadBytes: number;
  readonly tasksPerSecond: number;
  /** Least and most over the repeats. */
  readonly spread: { readonly tasksPerSecond: Spread };
  /** Null: it is not SQS. */
  readonly requestsPerTask: number | null;
  /** As the clients count them, where the server has counted `requestsPerTask`. */
  readonly requestsPerTaskByClients: number | null;
  readonly requestsByOperation: Readonly<Record<string, number>>;
  readonly billedUnitsPerTask: number | null;
  readonly dollarsPerMillion: number | null;
  readonly bytesPerTask: number | null;
  /** Of the producer, or of the worker. */
  readonly cpuUs: number;
  /** Null: the server is not ours. */
  readonly cpuServerUs: number | null;
  readonly rssMb: number;
  /** Over all repeats: not enqueued, or not done, or done and still in the queue. */
  readonly errors: number;
  readonly doubled: number;
  readonly firstError?: string;
  readonly repeats: number;
}

export interface TaskRowAbout {
  readonly subject: TaskSubject;
  readonly tasks: number;
  readonly payloadBytes: number;
}

/** One row for each step. */
export function taskRowsOf(
  about: TaskRowAbout,
  samples: readonly TaskSample[],
): readonly [TaskRow, TaskRow] {
  const sum = (of: (sample: TaskSample) => number): number =>
    samples.reduce((total, sample) => total + of(sample), 0);
  const firstError = samples.find(({ enqueued }) => enqueued.firstError !== undefined)?.enqueued
    .firstError;
  return [
    {
      ...about,
      step: 'enqueue',
      ...figuresOf(
        about,
        samples.map(({ enqueued }) => enqueued),
      ),
      errors: sum(({ enqueued }) => enqueued.failed),
      doubled: 0,
      ...(firstError === undefined ? {} : { firstError }),
    },
    {
      ...about,
      step: 'work',
      ...figuresOf(
        about,
        samples.map(({ worked }) => worked),
      ),
      errors: sum(({ left, worked }) => left + worked.lost + worked.foreign),
      doubled: sum(({ worked }) => worked.doubled),
    },
  ];
}

function figuresOf(
  { subject, tasks }: TaskRowAbout,
  usages: readonly (TaskSample['enqueued'] | TaskSample['worked'])[],
) {
  type Usage = (typeof usages)[number];
  const middle = (of: (usage: Usage) => number, digits: number): number =>
    rounded(median(usages.map(of)), digits);
  const perTask = (of: (usage: Usage) => number, digits: number): number =>
    middle((usage) => of(usage) / tasks, digits);
  const overSqs = subject !== 'bullmq';
  const countsOf = ({ requests, server }: Usage) => server?.byOperation ?? requests.byOperation;
  const operations = new Set(usages.flatMap((usage) => Object.keys(countsOf(usage))));
  const units = perTask(({ requests }) => requests.billedUnits, 5);
  return {
    tasksPerSecond: middle(({ seconds }) => tasks / seconds, 1),
    spread: { tasksPerSecond: spreadOf(usages.map(({ seconds }) => tasks / seconds)) },
    requestsPerTask: overSqs ? perTask((usage) => sumOf(countsOf(usage)), 5) : null,
    requestsPerTaskByClients: overSqs
      ? perTask(({ requests }) => sumOf(requests.byOperation), 5)
      : null,
    requestsByOperation: Object.fromEntries(
      [...operations].map((name) => [name, perTask((usage) => countsOf(usage)[name] ?? 0, 5)]),
    ),
    billedUnitsPerTask: overSqs ? units : null,
    dollarsPerMillion: overSqs ? rounded(dollarsPerMillionCalls(units), 4) : null,
    bytesPerTask: overSqs ? perTask(({ requests }) => requests.bytes, 0) : null,
    cpuUs: perTask(({ cpuUs }) => cpuUs, 1),
    cpuServerUs: usages.some(({ server }) => server === undefined)
      ? null
      : perTask(({ server }) => server?.cpuUs ?? 0, 1),
    rssMb: middle(({ maxRssMb }) => maxRssMb, 0),
    repeats: usages.length,
  };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
