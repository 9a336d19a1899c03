import type { BenchOptions } from '../options.ts';
import { progress } from '../progress.ts';
import { findRedis } from '../redis-server.ts';
import { serverOf, taskSettingsOf } from '../servers.ts';
import type { TaskSubject } from '../settings.ts';
import { taskCellsOf } from '../task-cells.ts';
import { taskRowsOf } from '../task-row.ts';
import { TaskRun, type TaskSample } from '../task-run.ts';
import { judgeTasks } from '../task-targets.ts';
import type { Findings } from '../verdict.ts';

const WARM_UP_TASKS = 5000;

interface Turns {
  readonly subject: TaskSubject;
  readonly run: TaskRun;
  readonly samples: TaskSample[];
}

/** Tasks that do nothing: enqueued while nobody works, then worked off; all subjects by turns. */
export async function runTasks(options: BenchOptions): Promise<Findings> {
  const { payloadBytes, redisUrl, repeat, tasks, taskSubjects } = options;
  const found = taskSubjects.includes('bullmq') ? await findRedis(redisUrl) : undefined;
  const missing = typeof found === 'string' ? found : undefined;
  const redis = typeof found === 'string' ? undefined : found;
  const server = await serverOf(options);
  const all: Turns[] = [];
  try {
    for (const subject of taskSubjects) {
      if (subject === 'bullmq' && missing !== undefined) continue;
      progress(`${subject}: warming up`);
      const settings = taskSettingsOf(options, subject);
      const inRedis = subject === 'bullmq' ? redis : undefined;
      const run = await TaskRun.start({ settings, server, redis: inRedis });
      all.push({ subject, run, samples: [] });
      await warmUp(run, options);
    }
    for (let turn = 1; turn <= repeat; turn += 1) {
      for (const { run, samples, subject } of all) {
        progress(`${subject}, ${tasks} tasks: ${turn} of ${repeat}`);
        samples.push(await run.measure(tasks, payloadBytes));
      }
    }
  } finally {
    await Promise.all(all.map(({ run }) => run.close()));
    redis?.close();
  }
  const rows = all.flatMap(({ samples, subject }) =>
    taskRowsOf({ subject, tasks, payloadBytes }, samples),
  );
  const { host } = new URL(redisUrl);
  return {
    rows: [],
    tasks: rows,
    figures: rows.map(taskCellsOf),
    ...judgeTasks(rows, options),
    notes: [
      ...rows.flatMap(({ firstError, step, subject }) =>
        firstError === undefined ? [] : [`${subject}, ${step}: ${firstError}`],
      ),
      ...(missing === undefined
        ? []
        : [`BullMQ was not measured: no Redis answers at ${host} (${missing}). See --redis.`]),
    ],
  };
}

async function warmUp(
  run: TaskRun,
  { payloadBytes, tasks, warmUpSeconds }: BenchOptions,
): Promise<void> {
  const untilMs = performance.now() + warmUpSeconds * 1000;
  while (performance.now() < untilMs) {
    await run.measure(Math.min(tasks, WARM_UP_TASKS), payloadBytes);
  }
}
