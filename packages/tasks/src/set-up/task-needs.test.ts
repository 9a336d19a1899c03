import { DEFAULT_TASK, DEFAULT_TASK_TIMEOUT_MS, defineContract, task } from '@replyq/contract';
import { describe, expect, it } from 'vitest';
import { resolveQueueSetUp } from './queue-set-up.ts';
import { taskNeeds, taskNeedsOf } from './task-needs.ts';

describe('what tasks need of their queue', () => {
  it('is five runs as long as workers let them take, and the pauses, where nothing is said', () => {
    const pausesMs = 1000 + 2000 + 4000 + 8000;
    const { attempts } = DEFAULT_TASK;
    expect(taskNeeds()).toEqual({
      attempts,
      runsMs: attempts * DEFAULT_TASK_TIMEOUT_MS + pausesMs,
    });
    const silent = defineContract('jobs', { run: task() });
    expect(taskNeedsOf(silent)).toMatchObject(taskNeeds());
  });

  it('goes by a timeout that is given', () => {
    const backoff = { initialMs: 0, maxMs: 0 };
    const slow = defineContract('jobs', {
      run: task({ attempts: 7, backoff, timeoutMs: 600_000 }),
    });
    expect(taskNeedsOf(slow)).toMatchObject({ attempts: 7, runsMs: 4_200_000 });
  });

  it('is more than a retention of an hour, where a hundred runs may take 5 min each', () => {
    const backoff = { initialMs: 0, maxMs: 0 };
    const contract = defineContract('long', { run: task({ attempts: 100, backoff }) });
    const setUp = { queue: 'long', contract, retentionMs: 3_600_000 };
    expect(() => resolveQueueSetUp(setUp, '')).toThrow('retentionMs is 3600000');
    expect(resolveQueueSetUp({ ...setUp, retentionMs: 30_000_000 }, '').retentionMs).toBe(3e7);
  });
});
