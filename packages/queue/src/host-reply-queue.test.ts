import type { ReplyQueue } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
