// A short share of `npm run task-kill`, with a fixed seed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './run.ts';

test(
  'no task is lost, and none is recorded twice, when workers and producers are killed',
  { timeout: 90_000 },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'replyq-task-kill-'));
    try {
      const verdict = await run({
        tasks: 300,
        producers: 2,
        workers: 2,
        seed: 3,
        killEveryMs: 500,
        tasksPerSecond: 100,
        directory,
        say: () => undefined,
      });
      expect(verdict.violations).toEqual([]);
      expect(verdict.accepted).toBeGreaterThanOrEqual(300);
      expect(verdict.completed + verdict.dead.tasks).toBeGreaterThanOrEqual(300);
      expect(verdict.chaos['killWorker']).toBeGreaterThan(0);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
