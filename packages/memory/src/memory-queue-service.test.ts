import { createVirtualRuntime } from '@replyq/testing';
import { describe, expect, it } from 'vitest';
import type { MemoryQueueServiceOptions } from './memory-queue-service-options.ts';
import { createMemoryQueueService } from './memory-queue-service.ts';

const queueUrl = 'http://memory.localhost/000000000000/q';
const entries = [{ body: 'x', attributes: {} }];
const poll = { queueUrl, maxMessages: 10, waitMs: 20_000, visibilityMs: 5_000 };

function open(options: MemoryQueueServiceOptions = {}) {
  const runtime = createVirtualRuntime();
  const service = createMemoryQueueService({ runtime, ...options });
  return { runtime, service };
}

async function openWithQueue(options: MemoryQueueServiceOptions = {}) {
  const { runtime, service } = open(options);
  await service.createQueue({ name: 'q' });
  await runtime.advance(1_000);
  return { runtime, service };
}

describe('memory queue service', () => {
  it('names its queues by base URL, account and region', async () => {
    const { service, runtime } = open({
      baseUrl: 'https://queues.example/x/',
      account: '123456789012',
      region: 'eu-1',
    });
    const created = await service.createQueue({ name: 'q' });
    const url = 'https://queues.example/x/123456789012/q';
    expect(created).toMatchObject({ kind: 'ok', queueUrl: url });
    await runtime.advance(1_000);
    expect(await service.getQueueAttributes({ queueUrl: url })).toMatchObject({
      attributes: { arn: 'arn:aws:sqs:eu-1:123456789012:q' },
    });
    const other = { name: 'q', account: '000000000000' };
    expect(await service.getQueueUrl(other)).toMatchObject({ kind: 'gone' });
    expect(service.checkHost()).toBe('ok');
  });

  it('finds a queue under any host, but not under another account', async () => {
    const { service } = await openWithQueue();
    const elsewhere = 'http://127.0.0.1:9324/000000000000/q';
    expect(await service.sendBatch({ queueUrl: elsewhere, entries })).toMatchObject({ kind: 'ok' });
    const foreign = 'http://memory.localhost/000000000001/q';
    expect(await service.sendBatch({ queueUrl: foreign, entries })).toMatchObject({ kind: 'gone' });
    expect(await service.sendBatch({ queueUrl: 'q', entries })).toMatchObject({ kind: 'invalid' });
  });

  it('shows a new queue after a second', async () => {
    const { service, runtime } = open();
    await service.createQueue({ name: 'q' });
    await runtime.advance(999);
    expect(await service.sendBatch({ queueUrl, entries })).toMatchObject({ kind: 'gone' });
    expect(await service.listQueues({ prefix: '' })).toMatchObject({ queueUrls: [] });
    expect(await service.createQueue({ name: 'q' })).toMatchObject({ kind: 'ok', queueUrl });
    await runtime.advance(1);
    expect(await service.sendBatch({ queueUrl, entries })).toMatchObject({ kind: 'ok' });
    expect(await service.listQueues({ prefix: '' })).toMatchObject({ queueUrls: [queueUrl] });
  });

  it('shows a new queue as soon as it is told to', async () => {
    const { service } = open({ createdVisibleAfterMs: 0 });
    await service.createQueue({ name: 'q' });
    expect(await service.sendBatch({ queueUrl, entries })).toMatchObject({ kind: 'ok' });
  });

  it('lets sends to a deleted queue vanish as long as it is told to', async () => {
    const { service, runtime } = await openWithQueue({ deletedLingersMs: 30_000 });
    await service.deleteQueue({ queueUrl });
    await runtime.advance(29_999);
    expect(await service.sendBatch({ queueUrl, entries })).toMatchObject({
      kind: 'ok',
      entries: [{ kind: 'ok' }],
    });
    expect(await service.receive(poll)).toMatchObject({ kind: 'gone' });
    await runtime.advance(1);
    expect(await service.sendBatch({ queueUrl, entries })).toMatchObject({ kind: 'gone' });
  });

  it('ends the open polls of a deleted queue as gone, and its timers', async () => {
    const { service, runtime } = await openWithQueue();
    await service.sendBatch({ queueUrl, entries: [{ ...entries[0]!, delayMs: 60_000 }] });
    const polls = [service.receive(poll), service.receive(poll)];
    expect(runtime.timerCount()).toBe(1);
    await service.deleteQueue({ queueUrl });
    for (const end of await Promise.all(polls)) expect(end.kind).toBe('gone');
    expect(runtime.timerCount()).toBe(0);
  });

  it('ends open polls as unreachable when it closes, without a timer left', async () => {
    const { service, runtime } = await openWithQueue();
    const open = service.receive(poll);
    await service.close();
    expect(await open).toMatchObject({ kind: 'unreachable' });
    expect(runtime.timerCount()).toBe(0);
  });

  it('has one timer at most, and none when nothing is hidden or waits', async () => {
    const { service, runtime } = await openWithQueue();
    await service.sendBatch({ queueUrl, entries: [...entries, ...entries, ...entries] });
    expect(runtime.timerCount()).toBe(0);
    const result = await service.receive(poll);
    const messages = result.kind === 'ok' ? result.messages : [];
    expect(messages).toHaveLength(3);
    expect(runtime.timerCount()).toBe(1);
    const receiptHandles = messages.map(({ receiptHandle }) => receiptHandle);
    await service.deleteBatch({ queueUrl, receiptHandles });
    expect(runtime.timerCount()).toBe(0);
  });

  it('tells the time by a clock of its own', async () => {
    const { service, runtime } = await openWithQueue({ clockOffsetMs: 600_000 });
    const serviceTimeMs = runtime.nowMs() + 600_000;
    expect(await service.sendBatch({ queueUrl, entries })).toMatchObject({ serviceTimeMs });
    const result = await service.receive(poll);
    expect(result).toMatchObject({ serviceTimeMs, messages: [{ sentAtMs: serviceTimeMs }] });
  });

  it('keeps its intervals when the wall clock steps', async () => {
    const { service, runtime } = await openWithQueue();
    await service.sendBatch({ queueUrl, entries });
    await service.receive(poll);
    runtime.stepWallClock(3_600_000);
    await runtime.advance(4_999);
    expect(await service.receive({ ...poll, waitMs: 0 })).toMatchObject({ messages: [] });
    await runtime.advance(1);
    const again = await service.receive({ ...poll, waitMs: 0 });
    expect(again).toMatchObject({ messages: [{ receiveCount: 2 }] });
  });

  it.each([
    [{ maxMessages: 0 }],
    [{ maxMessages: 11 }],
    [{ waitMs: 20_001 }],
    [{ waitMs: -1 }],
    [{ visibilityMs: 43_200_001 }],
    [{ visibilityMs: Number.NaN }],
  ])('refuses a receive with %j', async (wrong) => {
    const { service } = await openWithQueue();
    expect(await service.receive({ ...poll, ...wrong })).toMatchObject({ kind: 'invalid' });
  });

  it('has the limits that it is given', async () => {
    const { service } = await openWithQueue({
      limits: { maxMessageBytes: 262_144, maxBatchBytes: 262_144, maxBatchEntries: 2 },
    });
    const large = [{ body: 'x'.repeat(262_145), attributes: {} }];
    expect(await service.sendBatch({ queueUrl, entries: large })).toMatchObject({
      kind: 'tooLarge',
    });
    const three = [...entries, ...entries, ...entries];
    expect(await service.sendBatch({ queueUrl, entries: three })).toMatchObject({
      kind: 'invalid',
    });
  });

  it('keeps a tag and an attribute named __proto__ as what they are', async () => {
    const { service } = await openWithQueue();
    const key = '__proto__';
    await service.tagQueue({ queueUrl, tags: { [key]: 'tag' } });
    const result = await service.listQueueTags({ queueUrl });
    expect(result.kind === 'ok' && Object.entries(result.tags)).toEqual([[key, 'tag']]);
    const attributes = { [key]: { type: 'String', value: 'v' } };
    await service.sendBatch({ queueUrl, entries: [{ body: 'x', attributes }] });
    const received = await service.receive(poll);
    const message = received.kind === 'ok' ? received.messages[0] : undefined;
    expect(Object.keys(message?.attributes ?? {})).toEqual([key]);
  });

  it('does not change when the caller changes what it gave', async () => {
    const { service, runtime } = open();
    const tags = { a: '1' };
    const extra = { Policy: 'p' };
    await service.createQueue({ name: 'q', tags, attributes: { extra } });
    tags.a = '2';
    extra.Policy = 'other';
    await runtime.advance(1_000);
    expect(await service.listQueueTags({ queueUrl })).toMatchObject({ tags: { a: '1' } });
    const result = await service.getQueueAttributes({ queueUrl });
    expect(result).toMatchObject({ attributes: { extra: { Policy: 'p' } } });
  });

  it('wants a dead-letter queue that is FIFO for FIFO queues, and only for those', async () => {
    const { service } = open();
    await service.createQueue({ name: 'dead' });
    const deadLetterArn = 'arn:aws:sqs:memory-1:000000000000:dead';
    const redrive = { deadLetterArn, maxReceiveCount: 3 };
    const fifo = { name: 'q.fifo', attributes: { fifo: true, redrive } };
    expect(await service.createQueue(fifo)).toMatchObject({ kind: 'invalid' });
    const never = { name: 'q', attributes: { redrive: { deadLetterArn, maxReceiveCount: 0 } } };
    expect(await service.createQueue(never)).toMatchObject({ kind: 'invalid' });
    expect(await service.createQueue({ name: 'q', attributes: { redrive } })).toMatchObject({
      kind: 'ok',
    });
  });
});
