import type { QueueAttributes } from '@replyq/queue';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryQueueService, type MemoryQueueService } from './memory-queue-service.ts';

let runtime: VirtualRuntime;
let service: MemoryQueueService;
beforeEach(() => {
  runtime = createVirtualRuntime();
  service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
});

const arnOf = (name: string): string => `arn:aws:sqs:memory-1:000000000000:${name}`;

async function make(name: string, attributes: Partial<QueueAttributes> = {}): Promise<string> {
  const made = await service.createQueue({ name, attributes });
  if (made.kind !== 'ok') throw new Error(made.error);
  return made.queueUrl;
}

/** `queue` with its dead-letter queue `dead`, in which there are messages. */
async function openDead(count: number): Promise<{ dead: string; queue: string }> {
  const dead = await make('dead');
  const redrive = { deadLetterArn: arnOf('dead'), maxReceiveCount: 1 };
  const queue = await make('queue', { redrive });
  for (let n = 0; n < count; n += 1) {
    await service.sendBatch({ queueUrl: dead, entries: [{ body: `m${n}`, attributes: {} }] });
  }
  return { dead, queue };
}

async function visible(queueUrl: string): Promise<number> {
  const read = await service.getQueueAttributes({ queueUrl });
  return read.kind === 'ok' ? read.attributes.visibleCount : NaN;
}

async function newest() {
  const listed = await service.listMessageMoveTasks({ sourceArn: arnOf('dead') });
  return listed.kind === 'ok' ? listed.tasks[0] : undefined;
}

describe('a move task', () => {
  it('moves no faster than it was told, and tells how far it is', async () => {
    const { dead, queue } = await openDead(100);
    const destinationArn = arnOf('queue');
    const request = { sourceArn: arnOf('dead'), destinationArn, maxPerSecond: 20 };
    const started = await service.startMessageMoveTask(request);
    expect(started.kind).toBe('ok');
    await runtime.advance(1000);
    expect(await newest()).toMatchObject({ status: 'RUNNING', movedCount: 20, toMoveCount: 100 });
    expect([await visible(dead), await visible(queue)]).toEqual([80, 20]);
    await runtime.advance(10_000);
    const ended = await newest();
    expect(ended).toMatchObject({ status: 'COMPLETED', movedCount: 100 });
    expect(ended).not.toHaveProperty('taskHandle');
    expect(runtime.timerCount()).toBe(0);
  });

  it('is the only one of its source', async () => {
    await openDead(1);
    const request = { sourceArn: arnOf('dead'), destinationArn: arnOf('queue') };
    expect((await service.startMessageMoveTask(request)).kind).toBe('ok');
    expect(await service.startMessageMoveTask(request)).toMatchObject({ kind: 'invalid' });
    await runtime.advance(1000);
    expect((await service.startMessageMoveTask(request)).kind).toBe('ok');
  });

  it('fails for a message whose source is not known, which stays', async () => {
    const { dead } = await openDead(2);
    await service.startMessageMoveTask({ sourceArn: arnOf('dead') });
    await runtime.advance(1000);
    const failureReason = 'CouldNotDetermineMessageSource';
    expect(await newest()).toMatchObject({ status: 'FAILED', movedCount: 0, failureReason });
    expect(await visible(dead)).toBe(2);
  });

  it('fails for a message that its destination does not take, which stays', async () => {
    const { dead } = await openDead(0);
    await make('small', { maxMessageBytes: 1024 });
    const entries = ['a', 'b'.repeat(2000), 'c'].map((body) => ({ body, attributes: {} }));
    await service.sendBatch({ queueUrl: dead, entries });
    const request = { sourceArn: arnOf('dead'), destinationArn: arnOf('small') };
    await service.startMessageMoveTask(request);
    await runtime.advance(1000);
    expect(await newest()).toMatchObject({ status: 'FAILED', movedCount: 1 });
    expect(await visible(dead)).toBe(2);
  });

  it.each([
    ['a source that is no dead-letter queue', { sourceArn: arnOf('queue') }, 'invalid'],
    ['a source that is not there', { sourceArn: arnOf('none') }, 'gone'],
    [
      'a destination that is not there',
      { sourceArn: arnOf('dead'), destinationArn: arnOf('none') },
      'gone',
    ],
    ['no messages a second', { sourceArn: arnOf('dead'), maxPerSecond: 0 }, 'invalid'],
    ['more than 500 a second', { sourceArn: arnOf('dead'), maxPerSecond: 501 }, 'invalid'],
  ])('is refused for %s', async (_, request, kind) => {
    await openDead(1);
    expect((await service.startMessageMoveTask(request)).kind).toBe(kind);
  });

  it('ends with the service', async () => {
    await openDead(1);
    await service.startMessageMoveTask({ sourceArn: arnOf('dead') });
    await service.close();
    expect(runtime.timerCount()).toBe(0);
  });
});

describe('a purge', () => {
  it('unlocks the groups of a FIFO queue and forgets its handles', async () => {
    const queueUrl = await make('q.fifo', { fifo: true });
    const send = (deduplicationId: string) =>
      service.sendBatch({
        queueUrl,
        entries: [{ body: 'x', attributes: {}, groupId: 'g', deduplicationId }],
      });
    const receive = () =>
      service.receive({ queueUrl, maxMessages: 1, waitMs: 0, visibilityMs: 60_000 });
    await send('1');
    await send('2');
    expect(await receive()).toMatchObject({ messages: [{ groupId: 'g' }] });
    await service.purgeQueue({ queueUrl });
    await send('3');
    expect(await receive()).toMatchObject({ messages: [{ receiveCount: 1 }] });
    expect(await service.getQueueAttributes({ queueUrl })).toMatchObject({
      attributes: { visibleCount: 0, inFlightCount: 1 },
    });
  });

  it('can be repeated after a minute', async () => {
    const queueUrl = await make('q');
    await service.purgeQueue({ queueUrl });
    await runtime.advance(59_999);
    expect((await service.purgeQueue({ queueUrl })).kind).toBe('throttled');
    await runtime.advance(1);
    expect((await service.purgeQueue({ queueUrl })).kind).toBe('ok');
  });
});

describe('a RedriveAllowPolicy', () => {
  const policy = (redrivePermission: string, ...names: readonly string[]) => ({
    extra: {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission, sourceQueueArns: names.map(arnOf) }),
    },
  });
  it.each([
    ['denyAll', [], 'invalid'],
    ['allowAll', [], 'ok'],
    ['byQueue', ['other'], 'invalid'],
    ['byQueue', ['other', 'queue'], 'ok'],
  ])('%s %o makes a redrive policy of "queue" %s', async (permission, names, kind) => {
    await make('dead', policy(permission, ...names));
    const redrive = { deadLetterArn: arnOf('dead'), maxReceiveCount: 3 };
    const made = await service.createQueue({ name: 'queue', attributes: { redrive } });
    expect(made.kind).toBe(kind);
  });

  it('names one to ten queues', async () => {
    const names = Array.from({ length: 11 }, (_, n) => `q${n}`);
    for (const [given, kind] of [
      [names, 'invalid'],
      [[], 'invalid'],
      [names.slice(1), 'ok'],
    ] as const) {
      const attributes = policy('byQueue', ...given);
      const made = await service.createQueue({ name: `d${given.length}`, attributes });
      expect(made.kind).toBe(kind);
    }
  });
});
