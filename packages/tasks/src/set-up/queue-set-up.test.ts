import { defineContract, mutation, RpcError, type Contract } from '@replyq/contract';
import { createMemoryQueueService } from '@replyq/memory';
import { createVirtualRuntime, ScriptedQueueService } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureQueues } from './ensure-queues.ts';
import type { QueuePlan } from './queue-plan.ts';
import type { QueueSetUp } from './queue-set-up.ts';

const DAY_MS = 86_400_000;
const runtime = createVirtualRuntime();
let service: ScriptedQueueService;
beforeEach(() => {
  service = new ScriptedQueueService(createMemoryQueueService({ runtime }));
});
afterEach(async () => {
  await service.close();
});

const jobs = defineContract('jobs', { send: mutation() });

function ensure(queues: readonly (QueueSetUp | Contract)[]): Promise<QueuePlan> {
  return runtime.run(ensureQueues(service, queues, { runtime }));
}

describe('what cannot hold is refused before anything is sent', () => {
  it.each([
    ['an hour of retention', { retentionMs: 3_599_000 }, 'retentionMs is 3599000'],
    ['more than 14 days', { retentionMs: 15 * DAY_MS }, 'retentionMs is'],
    ['too few receives for packs', { maxReceiveCount: 2 }, 'maxReceiveCount is 2'],
    ['fewer receives than attempts', { maxReceiveCount: 4 }, 'expected an integer from 5'],
    ['more receives than SQS counts', { maxReceiveCount: 1001 }, 'maxReceiveCount is 1001'],
    ['a visibility of more than 12 h', { visibilityMs: 43_201_000 }, 'visibilityMs is 43201000'],
    ['a negative visibility', { visibilityMs: -1 }, 'visibilityMs is -1'],
    [
      'dead letters that go before the living',
      { retentionMs: 5 * DAY_MS, deadLetterRetentionMs: 4 * DAY_MS },
      'deadLetterRetentionMs is',
    ],
    ['dead letters in the queue itself', { deadLetterQueue: 'q' }, 'cannot be its dead-letter'],
    ['FIFO for a standard queue', { deadLetterQueue: 'd.fifo' }, 'FIFO needs FIFO'],
    ['a bad name', { deadLetterQueue: 'a b' }, 'not a name that SQS takes'],
  ])('%s', async (_, setting, message) => {
    const setUp = { queue: 'q', ...setting };
    const run = ensure([setUp]);
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(service.script.count('getQueueUrl') + service.script.count('createQueue')).toBe(0);
  });

  it.each([
    ['a misspelt setting', [{ queue: 'q', retentonMs: 3 }], 'Queue "q": there is no "retentonMs"'],
    ['a setting called __proto__', [JSON.parse('{"queue":"q","__proto__":1}')], '"__proto__"'],
    ['a contract that is in no list', jobs, 'wants a list'],
    ['a name instead of a set-up', ['mail'], '"mail" is no queue to set up'],
    ['nothing instead of a set-up', [null], 'object is no queue to set up'],
    ['a function', [() => jobs], 'function is no queue to set up'],
    ['what is neither', [{ queu: 'q' }], 'Not a contract'],
    ['a misspelt encryption', [{ queue: 'q', encryption: 'kms' }], 'encryption is "kms"'],
    ['a misspelt key', [{ queue: 'q', encryption: { kmsKey: 'x' } }], 'there is no "kmsKey"'],
    ['no key', [{ queue: 'q', encryption: {} }], 'encryption.kmsKeyId is'],
    ['an empty key', [{ queue: 'q', encryption: { kmsKeyId: '' } }], 'kmsKeyId is empty'],
    ['a short reuse', [{ queue: 'q', encryption: { kmsKeyId: 'k', reuseMs: 1 } }], 'reuseMs is 1'],
    [
      'true for encryption',
      [{ queue: 'q', encryption: true }],
      'encryption: a boolean is not an object',
    ],
    ['a number of tags', [{ queue: 'q', tags: 5 }], 'tags is not an object of texts'],
    ['null for a tag', [{ queue: 'q', tags: { a: null } }], 'tags.a'],
    ['a text of attributes', [{ queue: 'q', extra: 'sqs' }], 'extra is not an object of texts'],
    ['a number for a dead-letter queue', [{ queue: 'q', deadLetterQueue: 3 }], 'is a number'],
  ])('%s', async (_, queues, message) => {
    const run = ensure(queues as never);
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toMatchObject({ name: 'RpcError', code: 'BAD_REQUEST' });
    expect(service.script.count('getQueueUrl') + service.script.count('createQueue')).toBe(0);
  });

  it('a misspelt option', async () => {
    const options = { runtime, dryrun: true } as never;
    const run = ensureQueues(service, [jobs], options);
    await expect(run).rejects.toThrow('ensureQueues: there is no "dryrun"; there are dryRun,');
    expect(service.script.count('createQueue')).toBe(0);
  });

  it('both sides of the bounds', async () => {
    const plan = await ensure([
      { queue: 'a', retentionMs: 3_600_000, maxReceiveCount: 5, visibilityMs: 0 },
      { queue: 'b', visibilityMs: 43_200_000, maxReceiveCount: 1000, retentionMs: 14 * DAY_MS },
    ]);
    expect(plan.ok).toBe(true);
  });

  it('a queue twice, and one that is another one’s dead-letter queue', async () => {
    await expect(ensure([jobs, { queue: 'jobs' }])).rejects.toBeInstanceOf(RpcError);
    await expect(ensure([jobs, { queue: 'jobs-dlq' }])).rejects.toThrow('a dead-letter queue');
    await expect(ensure([{ notA: 'contract' } as never])).rejects.toThrow('Not a contract');
  });
});
