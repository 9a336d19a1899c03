import { describe, expect, it } from 'vitest';
import type { TaskRow } from './task-row.ts';
import { judgeTasks } from './task-targets.ts';

const NEAR = { latencyMs: 0, where: { kind: 'embedded' } } as const;

function rowWith(about: Partial<TaskRow>): TaskRow {
  return {
    subject: 'replyq-packed',
    step: 'enqueue',
    tasks: 1000,
    payloadBytes: 400,
    tasksPerSecond: 20_000,
    spread: { tasksPerSecond: [20_000, 20_000] },
    requestsPerTask: 0.01,
    requestsPerTaskByClients: 0.01,
    requestsByOperation: { SendMessageBatch: 0.01 },
    billedUnitsPerTask: 0.01,
    dollarsPerMillion: 0.004,
    bytesPerTask: 450,
    cpuUs: 60,
    cpuServerUs: 20,
    rssMb: 200,
    errors: 0,
    doubled: 0,
    repeats: 1,
    ...about,
  };
}

function missed(
  rows: readonly TaskRow[],
  options: Parameters<typeof judgeTasks>[1] = NEAR,
): readonly string[] {
  return judgeTasks(rows, options)
    .targets.filter(({ met }) => !met)
    .map(({ target, bound }) => `${target} ${bound}`);
}

describe('a run of tasks', () => {
  it.each([
    ['replyq-packed', 'enqueue', 10_000, 0.02],
    ['replyq-packed', 'work', 8000, 0.05],
  ] as const)(
    '%s, %s meets %d tasks/s and %d requests, and no less',
    (subject, step, rate, most) => {
      const met = rowWith({ subject, step, tasksPerSecond: rate, requestsPerTask: most });
      expect(missed([met])).toEqual([]);
      expect(missed([{ ...met, tasksPerSecond: rate - 1 }])).toEqual([
        `${subject}, ${step}: tasks per second ≥ ${rate}`,
      ]);
      expect(missed([{ ...met, requestsPerTask: most + 0.001 }])).toEqual([
        `${subject}, ${step}: API requests per task ≤ ${most}`,
      ]);
    },
  );

  it.each([
    [0.11, true],
    [0.111, false],
  ])('with %d requests per task and no packing meets its bound: %s', (requestsPerTask, met) => {
    const row = rowWith({ subject: 'replyq', requestsPerTask, tasksPerSecond: 1 });
    expect(missed([row]).length === 0).toBe(met);
  });

  it('has no rate to meet over a far server', () => {
    expect(missed([rowWith({ tasksPerSecond: 1 })], { ...NEAR, latencyMs: 12 })).toEqual([]);
  });

  it.each([
    [3999, true],
    [4000, false],
  ])('in which sqs-producer sends %d tasks/s is refused: %s', (tasksPerSecond, refused) => {
    const row = rowWith({ subject: 'sqs-consumer', tasksPerSecond });
    expect(judgeTasks([row], NEAR).refused !== undefined).toBe(refused);
    expect(judgeTasks([row], { ...NEAR, latencyMs: 12 }).refused).toBeUndefined();
    expect(judgeTasks([row], { ...NEAR, where: { kind: 'aws' } }).refused).toBeUndefined();
  });

  it('may lose no task of ours; what others lose is theirs', () => {
    expect(missed([rowWith({ subject: 'bullmq', errors: 3 })])).toEqual([]);
    expect(missed([rowWith({ errors: 1 })])).toEqual([
      'tasks of replyq that were refused, lost or left over ≤ 0',
    ]);
  });

  it('is compared step by step with the others', () => {
    const { ratios } = judgeTasks(
      [
        rowWith({}),
        rowWith({ subject: 'bullmq', tasksPerSecond: 10_000, cpuUs: 100, cpuServerUs: 60 }),
        rowWith({ subject: 'bullmq', step: 'work', tasksPerSecond: 1 }),
      ],
      NEAR,
    );
    expect(ratios).toEqual({
      'tasks per second of replyq-packed to bullmq, enqueue': 2,
      'CPU of both of replyq-packed to bullmq, enqueue': 0.5,
    });
  });

  it('with no row of ours has nothing to judge', () => {
    expect(judgeTasks([rowWith({ subject: 'bullmq' })], NEAR)).toEqual({ ratios: {}, targets: [] });
  });
});
