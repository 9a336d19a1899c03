import { createMemoryQueueService } from '@replyq/memory';
import { createVirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QueueService } from '@replyq/queue';
import { ensureQueues, type EnsureQueuesOptions } from './ensure-queues.ts';
import type { QueuePlan } from './queue-plan.ts';

const runtime = createVirtualRuntime();
let service: QueueService;
beforeEach(() => {
  service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
});
afterEach(async () => {
  await service.close();
});

const arnOf = (name: string): string => `arn:aws:sqs:memory-1:000000000000:${name}`;

async function makeShared(policy?: object): Promise<string> {
  const extra = policy && { extra: { RedriveAllowPolicy: JSON.stringify(policy) } };
  const made = await service.createQueue({ name: 'shared', attributes: extra ?? {} });
  if (made.kind !== 'ok') throw new Error(made.error);
  return made.queueUrl;
}

function ensure(options: EnsureQueuesOptions = {}): Promise<QueuePlan> {
  const setUp = { queue: 'fresh', deadLetterQueue: 'shared', deadLetterRetentionMs: 345_600_000 };
  return runtime.run(ensureQueues(service, [setUp], { runtime, ...options }));
}

async function policyOf(queueUrl: string): Promise<unknown> {
  const read = await service.getQueueAttributes({ queueUrl });
  if (read.kind !== 'ok') throw new Error(read.error);
  const policy = read.attributes.extra?.['RedriveAllowPolicy'];
  return policy === undefined ? undefined : JSON.parse(policy);
}

const policyChange = expect.objectContaining({ attribute: 'RedriveAllowPolicy' });

describe('a dead-letter queue that is there and takes from all', () => {
  it.each([
    ['since nothing else is said', undefined],
    ['as it is said', { redrivePermission: 'allowAll' }],
  ])('stays open to the others, %s, and has not drifted', async (_, policy) => {
    const queueUrl = await makeShared(policy);
    const redrive = { deadLetterArn: arnOf('shared'), maxReceiveCount: 5 };
    const legacy = { name: 'legacy', attributes: { redrive } };
    expect(await service.createQueue(legacy)).toMatchObject({ kind: 'ok' });
    const dry = await ensure({ dryRun: true });
    expect(dry.queues[0]?.changes).not.toContainEqual(policyChange);
    const plan = await ensure({ update: true });
    expect(plan).toMatchObject({ ok: true, queues: [{ queue: 'shared' }, { action: 'create' }] });
    expect(plan.queues[0]?.changes).not.toContainEqual(policyChange);
    expect(await policyOf(queueUrl)).toEqual(policy);
  });
});

describe('a dead-letter queue that is there and takes from some', () => {
  it.each([
    [
      'those that are named, and keeps them',
      { redrivePermission: 'byQueue', sourceQueueArns: [arnOf('legacy')] },
      [arnOf('fresh'), arnOf('legacy')],
    ],
    ['none', { redrivePermission: 'denyAll' }, [arnOf('fresh')]],
  ])('%s: that is drift, and mended by naming one more', async (_, policy, sourceQueueArns) => {
    const queueUrl = await makeShared(policy);
    const drift = await ensure({ dryRun: true });
    expect(drift.queues[0]).toMatchObject({ action: 'drift' });
    expect(drift.queues[0]?.changes).toContainEqual(policyChange);
    expect((await ensure({ update: true })).ok).toBe(true);
    expect(await policyOf(queueUrl)).toEqual({ redrivePermission: 'byQueue', sourceQueueArns });
    expect((await ensure()).queues.map(({ action }) => action)).toEqual(['none', 'none']);
  });
});
