import type { ReplyQueue } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createVirtualRuntime, ScriptedQueueService, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOST_QUEUE_TAGS } from './host-queue-tags.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;
let replyQueue: ReplyQueue;

beforeEach(async () => {
  // A heartbeat between 0.9 s and 1.1 s after the other.
  rig = openQueueRig({ replyQueue: { idleRetentionMs: 3000, heartbeatIntervalMs: 1000 } });
  replyQueue = rig.transport.openReplyQueue({ clientId: 'me' });
  await rig.runtime.run(replyQueue.ready());
});

afterEach(async () => {
  await rig.runtime.run(replyQueue.close());
  const listed = await rig.service.listQueues({ prefix: '' });
  expect(listed).toMatchObject({ queueUrls: [] });
  await rig.close();
});

const GONE = { kind: 'fail', failure: 'gone' } as const;

describe('a heartbeat that finds the queue gone', () => {
  test('is not believed within 3 s of CreateQueue', async () => {
    rig.script.always('tagQueue', GONE);
    await rig.runtime.advance(2690);
    expect(rig.told('heartbeatFailed').length).toBeGreaterThanOrEqual(2);
    expect(replyQueue.queue).toMatch(/me-0$/);
    expect(await rig.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
    expect(rig.told('replyQueueMade')).toHaveLength(1);
    rig.script.heal();
    await rig.runtime.advance(5000);
    expect(replyQueue.queue).toMatch(/me-0$/);
  });

  test('is believed afterwards, ends the open receive, and the next queue has the next number', async () => {
    await rig.runtime.advance(3000);
    const queueUrl = replyQueue.addressOf('x').split('#')[0] ?? '';
    await rig.service.deleteQueue({ queueUrl });
    // The poll has not heard of it.
    rig.script.next('receive', { kind: 'hold' });
    const receiving = replyQueue.receive({ maxFrames: 1 });
    await rig.runtime.advance(1100);
    expect(replyQueue.isReady()).toBe(false);
    expect(await rig.runtime.run(receiving)).toEqual({ kind: 'closed' });
    expect(await rig.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
    expect(replyQueue.queue).toMatch(/me-1$/);
  });

  test('when it is proven for a call is believed only after those 3 s, too', async () => {
    rig.script.always('tagQueue', { kind: 'fail', failure: 'throttled' });
    await rig.runtime.advance(2000);
    expect(replyQueue.isReady()).toBe(false);
    rig.script.heal();
    rig.script.next('tagQueue', GONE);
    expect(await rig.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
    expect(replyQueue.queue).toMatch(/me-0$/);
  });
});

test('a queue whose making is broken off by close is not made', async () => {
  const other = rig.transport.openReplyQueue({ clientId: 'you' });
  rig.script.always('createQueue', { kind: 'fail', failure: 'throttled' });
  const ready = other.ready();
  await rig.runtime.settle();
  const attempts = rig.script.count('createQueue');
  await rig.runtime.run(other.close());
  expect(await rig.runtime.run(ready)).toMatchObject({ kind: 'failed', reason: 'closed' });
  expect(rig.script.count('createQueue')).toBe(attempts);
});

describe('a host queue', () => {
  const queueAttributes = {
    Policy: '{"Version":"2012-10-17","Statement":[]}',
    SqsManagedSseEnabled: 'true',
    KmsDataKeyReusePeriodSeconds: '300',
  };

  let made: QueueRig;

  beforeEach(() => {
    made = openQueueRig({ replyQueue: { queueAttributes, retentionMs: 120_000 } });
  });

  afterEach(async () => {
    await made.close();
  });

  const attributesOf = async (replies: ReplyQueue) => {
    const [queueUrl = ''] = replies.addressOf('x').split('#');
    const found = await made.service.getQueueAttributes({ queueUrl });
    if (found.kind !== 'ok') throw new Error(found.error);
    const { extra, retentionMs, visibilityMs } = found.attributes;
    return { extra, retentionMs, visibilityMs };
  };

  test('has the attributes that were given, also when it is made again, under a new name', async () => {
    const replies = made.transport.openReplyQueue({ clientId: 'me' });
    await made.runtime.run(replies.ready());
    const expected = { extra: queueAttributes, retentionMs: 120_000, visibilityMs: 10_000 };
    expect(await attributesOf(replies)).toEqual(expected);
    await made.runtime.advance(4000);
    await made.service.deleteQueue({ queueUrl: replies.addressOf('x').split('#')[0] ?? '' });
    expect(await made.runtime.run(replies.receive({ maxFrames: 1 }))).toMatchObject({
      kind: 'gone',
    });
    await made.runtime.run(replies.ready());
    expect(replies.queue).toMatch(/me-1$/);
    expect(await attributesOf(replies)).toEqual(expected);
    expect(made.script.requests('createQueue').map(({ tags }) => Object.keys(tags ?? {}))).toEqual([
      Object.values(HOST_QUEUE_TAGS),
      Object.values(HOST_QUEUE_TAGS),
    ]);
    await made.runtime.run(replies.close());
  });

  test('takes one API call, and the request queue one more, before the first send', async () => {
    await made.makeQueue('requests');
    const replies = made.transport.openReplyQueue({ clientId: 'me' });
    await made.runtime.run(replies.ready());
    await made.runtime.run(made.transport.outbox('requests').send(made.frame('a')));
    const asked = made.told('apiRequest').map(({ operation }) => operation);
    expect(asked).toEqual(['CreateQueue', 'GetQueueUrl', 'SendMessageBatch']);
    await made.runtime.run(replies.close());
  });
});

test('a heartbeat that is throttled comes less often, down to three in the idle retention', async () => {
  const fast = openQueueRig({
    replyQueue: { idleRetentionMs: 300_000, heartbeatIntervalMs: 5000 },
  });
  const replies = fast.transport.openReplyQueue({ clientId: 'me' });
  await fast.runtime.run(replies.ready());
  await fast.runtime.advance(60_000);
  expect(fast.script.count('tagQueue')).toBeGreaterThanOrEqual(10);
  fast.script.always('tagQueue', { kind: 'fail', failure: 'throttled' });
  await fast.runtime.advance(300_000);
  const before = fast.script.count('tagQueue');
  await fast.runtime.advance(330_000);
  expect(fast.script.count('tagQueue') - before).toBeLessThanOrEqual(4);
  expect(fast.script.count('tagQueue') - before).toBeGreaterThanOrEqual(3);
  fast.script.heal();
  await fast.runtime.advance(110_000);
  const healed = fast.script.count('tagQueue');
  await fast.runtime.advance(60_000);
  expect(fast.script.count('tagQueue') - healed).toBeGreaterThanOrEqual(8);
  await fast.runtime.run(replies.close());
  await fast.close();
});

test('a queue whose host slept for half its retention is proven before a call leaves', async () => {
  expect(replyQueue.isReady()).toBe(true);
  // Neither the monotonic clock nor a timer has moved.
  rig.runtime.stepWallClock(1501);
  expect(replyQueue.isReady()).toBe(false);
  const beats = rig.script.count('tagQueue');
  expect(await rig.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
  expect(rig.script.count('tagQueue')).toBe(beats + 1);
  expect(replyQueue.isReady()).toBe(true);
});

test.each([-600_000, 600_000])(
  'whose host is %d ms off tells the service’s time as soon as the queue can be used, lest others delete it',
  async (offMs) => {
    const runtime = createVirtualRuntime();
    const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
    const off = { ...runtime, nowMs: () => runtime.nowMs() + offMs };
    const transport = memoryTransport({ service, runtime: off, replyQueue: { sweep: false } });
    const other = transport.openReplyQueue({ clientId: 'off' });
    await runtime.run(other.ready());
    const queueUrl = other.addressOf('x').split('#')[0] ?? '';
    const aheadMs = async (): Promise<number> => {
      const found = await service.listQueueTags({ queueUrl });
      const tags = found.kind === 'ok' ? found.tags : {};
      return Number(tags[HOST_QUEUE_TAGS.heartbeat]) - runtime.nowMs();
    };
    expect(Math.abs(await aheadMs())).toBeGreaterThan(590_000);
    await runtime.advance(3000);
    expect(Math.abs(await aheadMs())).toBeLessThan(1500);
    await runtime.run(other.close());
    await runtime.run(transport.close());
    expect(runtime.timerCount()).toBe(0);
  },
);

describe('a reply queue whose tags tell the time of a host that is wrong', () => {
  const MINUTE_MS = 60_000;

  /** Behind the service by ten minutes: to others the queue has looked idle from the start. */
  async function openBehind(...steps: readonly ('fail' | 'loseAnswer')[]): Promise<{
    readonly agoMs: () => Promise<number>;
    readonly close: () => Promise<void>;
    readonly runtime: VirtualRuntime;
    readonly scripted: ScriptedQueueService;
  }> {
    const runtime = createVirtualRuntime();
    const service = createMemoryQueueService({
      runtime,
      createdVisibleAfterMs: 0,
      clockOffsetMs: 10 * MINUTE_MS,
    });
    const scripted = new ScriptedQueueService(service);
    for (const kind of steps) {
      const lost = kind === 'loseAnswer';
      if (lost) scripted.script.next('createQueue', { kind });
      else scripted.script.next('tagQueue', { kind, failure: 'unreachable' });
    }
    const transport = memoryTransport({ service: scripted, runtime });
    // So that the service's time is known when the answer to CreateQueue is lost.
    if (steps.includes('loseAnswer')) {
      await service.createQueue({ name: 'q' });
      const sent = { deadlineMs: 1000, withdrawn: () => false };
      const encode = () => ({ body: 'a', attributes: {} });
      void transport.outbox('q').send({ ...sent, encode });
    }
    const opened = transport.openReplyQueue({ clientId: 'me' });
    await runtime.run(opened.ready());
    return {
      runtime,
      scripted,
      agoMs: async () => {
        const queueUrl = opened.addressOf('x').split('#')[0] ?? '';
        const listed = await service.listQueueTags({ queueUrl });
        if (listed.kind !== 'ok') throw new Error(listed.error);
        const told = Number(listed.tags[HOST_QUEUE_TAGS.heartbeat]);
        return runtime.nowMs() + 10 * MINUTE_MS - told;
      },
      close: async () => {
        await runtime.run(opened.close());
        await runtime.run(transport.close());
        expect(runtime.timerCount()).toBe(0);
      },
    };
  }

  test('is put right within seconds', async () => {
    const { agoMs, close, runtime } = await openBehind();
    expect(await agoMs()).toBeGreaterThan(9 * MINUTE_MS);
    await runtime.advance(4000);
    expect(await agoMs()).toBeLessThan(5000);
    await close();
  });

  test('is put right soon also where the first attempts fail, each a little later', async () => {
    const { agoMs, close, runtime, scripted } = await openBehind('fail', 'fail', 'fail');
    await runtime.advance(60_000);
    expect(await agoMs()).toBeLessThan(60_000);
    expect(scripted.script.count('tagQueue')).toBeLessThanOrEqual(5);
    await close();
  });

  test('is put right also where the answer to the first attempt to make it was lost', async () => {
    const { agoMs, close, runtime } = await openBehind('loseAnswer');
    expect(await agoMs()).toBeGreaterThan(9 * MINUTE_MS);
    await runtime.advance(4000);
    expect(await agoMs()).toBeLessThan(5000);
    await close();
  });
});
