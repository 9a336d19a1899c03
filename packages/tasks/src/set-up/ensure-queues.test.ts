import { defineContract, mutation, query, type Contract } from '@replyq/contract';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createVirtualRuntime, ScriptedQueueService } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ensureQueues, type EnsureQueuesOptions } from './ensure-queues.ts';
import { formatPlan, type QueuePlan } from './queue-plan.ts';
import type { QueueSetUp } from './queue-set-up.ts';

const DAY_MS = 86_400_000;
const runtime = createVirtualRuntime();
let service: ScriptedQueueService;
beforeEach(() => {
  service = new ScriptedQueueService(createMemoryQueueService({ runtime }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
});

const jobs = defineContract('jobs', {
  send: mutation({ input: z.string() }),
  status: query({ input: z.string() }),
});

/** As a contract that declares its tasks has it. */
function withTask(
  name: string,
  task: { attempts: number; backoff: { initialMs: number; maxMs: number }; delayMs: number },
): Contract {
  const contract = defineContract(name, { send: mutation() });
  const [key] = Object.getOwnPropertySymbols(contract);
  const info = (contract as unknown as Record<symbol, { procedures: Map<string, object> }>)[key!]!;
  const bound = info.procedures.get('send') as { settings: object };
  const settings = { ...bound.settings, task };
  const procedures = new Map([['send', { ...bound, settings }]]);
  return Object.defineProperty({}, key!, { value: { name, procedures } });
}

function ensure(
  queues: readonly (QueueSetUp | Contract)[],
  options: EnsureQueuesOptions = {},
): Promise<QueuePlan> {
  return runtime.run(ensureQueues(service, queues, { runtime, ...options }));
}

async function attributesOf(name: string) {
  const found = await service.getQueueUrl({ name });
  if (found.kind !== 'ok') return undefined;
  const read = await service.getQueueAttributes({ queueUrl: found.queueUrl });
  return read.kind === 'ok' ? read.attributes : undefined;
}

describe('ensureQueues', () => {
  it("makes a contract's queue and its dead-letter queue, fit for its tasks", async () => {
    const plan = await ensure([jobs]);
    expect(plan).toMatchObject({ ok: true, dryRun: false });
    expect(plan.queues.map(({ action, queue }) => [action, queue])).toEqual([
      ['create', 'jobs-dlq'],
      ['create', 'jobs'],
    ]);
    const [work, dlq] = [await attributesOf('jobs'), await attributesOf('jobs-dlq')];
    expect(work).toMatchObject({
      retentionMs: 4 * DAY_MS,
      visibilityMs: 30_000,
      redrive: { deadLetterArn: dlq?.arn, maxReceiveCount: 10 },
      extra: { SqsManagedSseEnabled: 'true' },
    });
    expect(dlq).toMatchObject({ retentionMs: 14 * DAY_MS });
    expect(JSON.parse(dlq?.extra?.['RedriveAllowPolicy'] ?? '')).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [work?.arn],
    });
  });

  it('does nothing the second time', async () => {
    await ensure([jobs]);
    const count = service.script.count('createQueue') + service.script.count('setQueueAttributes');
    const again = await ensure([jobs], { update: true });
    expect(again.queues.map(({ action }) => action)).toEqual(['none', 'none']);
    expect(again.ok).toBe(true);
    expect(service.script.count('createQueue') + service.script.count('setQueueAttributes')).toBe(
      count,
    );
  });

  it('goes by the largest attempts, and by how long all runs may take', async () => {
    const many = withTask('many', {
      attempts: 600,
      backoff: { initialMs: 1000, maxMs: 900_000 },
      delayMs: 0,
    });
    await ensure([many]);
    const work = await attributesOf('many');
    expect(work?.redrive?.maxReceiveCount).toBe(605);
    // 590 pauses of 15 min, ten that grow, 600 runs of 5 min.
    expect(work?.retentionMs).toBeGreaterThan(8 * DAY_MS);
    const endless = withTask('endless', {
      attempts: 1000,
      backoff: { initialMs: 900_000, maxMs: 2_000_000 },
      delayMs: 0,
    });
    await expect(ensure([endless])).rejects.toThrow('may take 27 days');
  });

  it('makes FIFO queues of both, and names them so', async () => {
    await ensure([{ queue: 'orders.fifo' }]);
    expect(await attributesOf('orders-dlq.fifo')).toMatchObject({ fifo: true });
    const work = await attributesOf('orders.fifo');
    expect(work?.redrive?.deadLetterArn).toMatch(/:orders-dlq\.fifo$/);
  });

  it('puts the namespace of a transport before its names', async () => {
    const transport = memoryTransport({ service, runtime, namespace: 'prod-' });
    const plan = await runtime.run(ensureQueues(transport, [jobs]));
    expect(plan.queues.map(({ queue }) => queue)).toEqual(['prod-jobs-dlq', 'prod-jobs']);
  });

  it('shares a dead-letter queue among those that say so', async () => {
    const deadLetterQueue = 'dead';
    const plan = await ensure([
      { queue: 'a', deadLetterQueue },
      { queue: 'b', deadLetterQueue },
    ]);
    expect(plan.queues.map(({ queue }) => queue)).toEqual(['dead', 'a', 'b']);
    const policy = (await attributesOf('dead'))?.extra?.['RedriveAllowPolicy'] ?? '';
    expect((JSON.parse(policy) as { sourceQueueArns: string[] }).sourceQueueArns).toHaveLength(2);
    // A third one later: told as drift, allowed with `update`.
    const third = await ensure([{ queue: 'c', deadLetterQueue }], { update: true });
    expect(third.ok).toBe(true);
    expect((await attributesOf('dead'))?.extra?.['RedriveAllowPolicy']).toMatch(/:a".*:b".*:c"/);
  });
});

describe('a queue that is there', () => {
  it('is told to have drifted, and changed only when that is asked for', async () => {
    await ensure([{ queue: 'q', visibilityMs: 60_000 }]);
    const drift = await ensure([{ queue: 'q', visibilityMs: 90_000 }]);
    expect(drift.ok).toBe(false);
    expect(drift.queues[1]).toMatchObject({
      action: 'drift',
      changes: [{ attribute: 'visibilityMs', have: '60000', want: '90000' }],
    });
    expect(await attributesOf('q')).toMatchObject({ visibilityMs: 60_000 });
    const update = await ensure([{ queue: 'q', visibilityMs: 90_000 }], { update: true });
    expect(update).toMatchObject({ ok: true, queues: [{ action: 'none' }, { action: 'update' }] });
    expect(await attributesOf('q')).toMatchObject({ visibilityMs: 90_000 });
  });

  it('keeps what was not asked for, as long as it holds', async () => {
    await ensure([
      { queue: 'q', visibilityMs: 120_000, retentionMs: 9 * DAY_MS, maxReceiveCount: 50 },
    ]);
    expect(await ensure([{ queue: 'q' }], { update: true })).toMatchObject({
      queues: [{ action: 'none' }, { action: 'none' }],
    });
    const { queueUrl } = (await service.getQueueUrl({ name: 'q' })) as { queueUrl: string };
    await service.setQueueAttributes({ queueUrl, attributes: { retentionMs: 60_000 } });
    expect((await ensure([{ queue: 'q' }])).queues[1]).toMatchObject({
      changes: [{ attribute: 'retentionMs', have: '60000', want: String(4 * DAY_MS) }],
    });
  });

  it('is not made to forget: a retention is shortened only where that is said, too', async () => {
    await ensure([{ queue: 'q', retentionMs: 9 * DAY_MS }]);
    const shorter = [{ queue: 'q', retentionMs: 2 * DAY_MS }];
    const held = await ensure(shorter, { update: true });
    expect(held).toMatchObject({ ok: false });
    expect(formatPlan(held)).toContain('shortening it deletes what is older');
    expect(await attributesOf('q')).toMatchObject({ retentionMs: 9 * DAY_MS });
    const done = await ensure(shorter, { update: true, shortenRetention: true });
    expect(done.ok).toBe(true);
    expect(await attributesOf('q')).toMatchObject({ retentionMs: 2 * DAY_MS });
  });

  it('gets the redrive policy that it has not', async () => {
    await service.createQueue({ name: 'q' });
    await runtime.advance(1000);
    const plan = await ensure([{ queue: 'q' }], { update: true });
    expect(plan.queues.map(({ action }) => action)).toEqual(['create', 'update']);
    expect((await attributesOf('q'))?.redrive?.maxReceiveCount).toBe(10);
  });
});

describe('a dry run', () => {
  it('prints what there is to do, and does nothing', async () => {
    await ensure([{ queue: 'old', visibilityMs: 10_000 }]);
    const made = service.script.count('createQueue');
    const setUps = [{ queue: 'old', visibilityMs: 20_000 }, { queue: 'new' }];
    const plan = await ensure(setUps, { dryRun: true, update: true });
    expect(service.script.count('createQueue')).toBe(made);
    expect(formatPlan(plan)).toMatchInlineSnapshot(`
      "= old-dlq (dead letters): as it should be
      ~ old (queue): would be updated
          visibilityMs: 10000 → 20000
      + new-dlq (dead letters): would be created
          visibilityMs: 30000
          retentionMs: 1209600000
          SqsManagedSseEnabled: true
          RedriveAllowPolicy: only new
      + new (queue): would be created
          visibilityMs: 30000
          retentionMs: 345600000
          redrive: after 10 receives to new-dlq
          SqsManagedSseEnabled: true"
    `);
  });

  it('needs no leave in production, where all else does', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect((await ensure([jobs], { dryRun: true })).ok).toBe(true);
    await expect(ensure([jobs])).rejects.toThrow('allowProduction');
    expect((await ensure([jobs], { allowProduction: true })).ok).toBe(true);
  });
});

describe('a service that refuses', () => {
  it('is told for each queue, and the next run goes on from there', async () => {
    service.script.next('createQueue', { kind: 'pass' }, { kind: 'fail', failure: 'denied' });
    const plan = await ensure([jobs]);
    expect(plan).toMatchObject({ ok: false, queues: [{ done: true }, { done: false }] });
    expect(formatPlan(plan)).toContain('failed: Scripted: createQueue is denied');
    expect((await ensure([jobs])).ok).toBe(true);
    expect((await attributesOf('jobs'))?.redrive?.maxReceiveCount).toBe(10);
  });

  it('is asked again when it is busy', async () => {
    service.script.next('createQueue', { kind: 'fail', failure: 'throttled' });
    expect((await ensure([jobs])).ok).toBe(true);
  });
});
