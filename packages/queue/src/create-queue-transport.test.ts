import { RpcError } from '@replyq/contract';
import { createMemoryQueueService } from '@replyq/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createQueueTransport } from './create-queue-transport.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;

beforeEach(() => {
  rig = openQueueRig();
});

afterEach(async () => {
  await rig.close();
});

describe('waitMs', () => {
  test.each([0, 999, 20_001, Number.NaN])('of %d is refused with its bounds', async (waitMs) => {
    await rig.makeQueue('q');
    const opening = rig.transport.openInbox('q', { waitMs });
    const refusal = rig.runtime.run(opening);
    await expect(refusal).rejects.toBeInstanceOf(RpcError);
    await expect(refusal).rejects.toThrow(`waitMs is ${waitMs}: expected 1000 to 20000.`);
    expect(rig.script.count('getQueueUrl')).toBe(0);
  });

  test.each([1000, 20_000])('of %d is how long a receive waits', async (waitMs) => {
    const inbox = await rig.open(await rig.makeQueue('q'), { waitMs });
    await rig.take(inbox);
    expect(rig.runtime.monotonicMs()).toBe(waitMs);
  });
});

test('a closed transport opens no inbox, though the URL of its queue is known', async () => {
  const url = await rig.makeQueue('q');
  await rig.open(url);
  await rig.runtime.run(rig.transport.close());
  await expect(rig.runtime.run(rig.transport.openInbox(url, {}))).rejects.toThrow(
    'The transport is closed',
  );
});

describe('a batch that cannot hold one message', () => {
  const limits = (maxBatchBytes: number) => ({ maxMessageBytes: 2048, maxBatchBytes });
  const make = (maxBatchBytes: number): unknown =>
    createQueueTransport({
      runtime: rig.runtime,
      service: createMemoryQueueService({ runtime: rig.runtime, limits: limits(maxBatchBytes) }),
    });

  test('is refused when the transport is made', () => {
    expect(() => make(2047)).toThrow('limits.maxBatchBytes is 2047: expected 2048 to Infinity.');
    expect(() => make(2048)).not.toThrow();
  });
});

describe('after the transport was closed', () => {
  test('a queue that was named before answers closed, and so does one that was not', async () => {
    const url = await rig.makeQueue('q');
    const known = rig.transport.outbox(url);
    await rig.transport.close();
    for (const outbox of [known, rig.transport.outbox('later')]) {
      expect(await outbox.send(rig.frame('x'))).toMatchObject({
        kind: 'refused',
        reason: 'closed',
      });
    }
    expect(rig.script.count('getQueueUrl')).toBe(0);
    expect(rig.runtime.monotonicMs()).toBe(0);
  });
});

describe('the attributes that tell the dead-letter queue', () => {
  test('are asked for again when the service is throttled', async () => {
    const url = await rig.makeQueue('q');
    const fail = { kind: 'fail', failure: 'throttled' } as const;
    rig.script.next('getQueueAttributes', fail, fail, fail);
    await rig.runtime.run(rig.transport.openReplies(url, {}));
    expect(rig.script.count('getQueueAttributes')).toBe(4);
  });

  test('may be denied, and are asked for once then', async () => {
    const url = await rig.makeQueue('q');
    rig.script.next('getQueueAttributes', { kind: 'fail', failure: 'denied' });
    await rig.runtime.run(rig.transport.openReplies(url, {}));
    expect(rig.script.count('getQueueAttributes')).toBe(1);
  });

  test('are read again, once a minute at most, by who wants a dead-letter queue that is not known', async () => {
    await rig.makeQueue('dead');
    const url = await rig.makeQueue('q');
    rig.script.next('getQueueAttributes', { kind: 'fail', failure: 'denied' });
    const replies = await rig.runtime.run(rig.transport.openReplies(url, {}));
    const deadLetterArn = 'arn:aws:sqs:memory-1:000000000000:dead';
    const redrive = { deadLetterArn, maxReceiveCount: 5 };
    await rig.service.setQueueAttributes({ queueUrl: url, attributes: { redrive } });
    await rig.runtime.advance(59_999);
    expect(replies.deadLetterQueue).toBeUndefined();
    expect(rig.script.count('getQueueAttributes')).toBe(1);
    await rig.runtime.advance(1);
    rig.script.next('getQueueAttributes', { kind: 'fail', failure: 'throttled' });
    expect([replies.deadLetterQueue, replies.deadLetterQueue]).toEqual([undefined, undefined]);
    await rig.runtime.advance(60_000);
    expect(rig.script.count('getQueueAttributes')).toBe(2);
    expect(replies.deadLetterQueue).toBeUndefined();
    await rig.runtime.advance(60_000);
    expect([replies.deadLetterQueue, replies.deadLetterQueue]).toEqual([
      deadLetterArn,
      deadLetterArn,
    ]);
    expect(rig.script.count('getQueueAttributes')).toBe(3);
  });
});
