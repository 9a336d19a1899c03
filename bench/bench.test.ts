// The bench works: short runs, whose times nobody looks at.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Findings } from './verdict.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const SHORT = '--json --repeat 1 --warm-up 0 --seconds 0.3';
/** The machine is too busy to judge by, which is all the same here. */
const REFUSED = 3;
/** Six are started, and other tests run beside them. */
const MANY_PROCESSES_MS = 120_000;

async function bench(args: string): Promise<Findings> {
  const all = [MAIN, ...`${SHORT} ${args}`.split(' ')];
  const { stdout } = await promisify(execFile)(process.execPath, all).catch(
    (failed: { readonly code: unknown; readonly stdout: string }) => {
      if (failed.code === REFUSED) return failed;
      throw failed;
    },
  );
  return JSON.parse(stdout) as Findings;
}

test('measures over SQS, counts at the server what the clients count, and gets no wrong answer', async () => {
  const { rows, ratios } = await bench('--callers 2 --subjects replyq,by-hand');
  expect(rows.map(({ subject }) => subject)).toEqual(['replyq', 'by-hand']);
  for (const row of rows) {
    expect(row).toMatchObject({ transport: 'sqs', callers: 2, errors: 0 });
    expect(row.requestsByOperation['ReceiveMessage']).toBeGreaterThan(0);
    expect(row.requestsPerCallByClients).toBeGreaterThan(0);
    expect(row.cpuResponderUs).toBeGreaterThan(0);
    expect(row.p99Ms).toBeGreaterThanOrEqual(row.p50Ms);
  }
  expect(Object.keys(ratios)).toContain('calls per second to by-hand at 2 callers');
});

test(
  'enqueues and works off, does each task once, and says that no Redis answers',
  { timeout: MANY_PROCESSES_MS },
  async () => {
    const {
      tasks = [],
      targets,
      notes,
    } = await bench(
      // A port at which nothing listens.
      '--mode tasks --tasks 1000 --subjects replyq-packed,sqs-consumer,bullmq --redis redis://127.0.0.1:1',
    );
    expect(tasks.map(({ step, subject }) => `${subject}, ${step}`)).toEqual([
      'replyq-packed, enqueue',
      'replyq-packed, work',
      'sqs-consumer, enqueue',
      'sqs-consumer, work',
    ]);
    const requests = { enqueue: 'SendMessageBatch', work: 'DeleteMessageBatch' };
    for (const row of tasks) {
      expect(row).toMatchObject({ tasks: 1000, errors: 0, doubled: 0, repeats: 1 });
      const least = row.subject === 'replyq-packed' ? 0.01 : 0.1;
      expect(row.requestsByOperation[requests[row.step]]).toBeGreaterThanOrEqual(least);
      expect(row.requestsPerTaskByClients).toBeGreaterThanOrEqual(least);
      // Bodies of 400 bytes, ten or a hundred in a request: less than 64 KiB.
      expect(row.billedUnitsPerTask).toBe(row.requestsPerTaskByClients);
      expect(row.bytesPerTask).toBeGreaterThan(390);
      expect(row.cpuUs).toBeGreaterThan(0);
    }
    const counts = targets.filter(({ target }) => target.includes('API requests'));
    expect(counts.map(({ met }) => met)).toEqual([true, true]);
    expect(notes).toEqual([
      'BullMQ was not measured: no Redis answers at 127.0.0.1:1 (ECONNREFUSED). See --redis.',
    ]);
  },
);

test('measures in memory', async () => {
  const { rows } = await bench('--transport memory --callers 8');
  expect(rows.map(({ subject, errors }) => [subject, errors])).toEqual([
    ['contract', 0],
    ['queueLink', 0],
    ['createCaller', 0],
  ]);
});
