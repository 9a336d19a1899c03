import type { ReplyQueue } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;
let queueUrl: string;
const open: ReplyQueue[] = [];

beforeEach(async () => {
  rig = openQueueRig({ namespace: 'prod-', replyQueue: { queue: 'replies' } });
  queueUrl = await rig.makeQueue('prod-replies');
});

afterEach(async () => {
  for (const replyQueue of open.splice(0)) await rig.runtime.run(replyQueue.close());
  await rig.close();
});

function openReplies(clientId: string): ReplyQueue {
  const replyQueue = rig.transport.openReplyQueue({ clientId });
  open.push(replyQueue);
  return replyQueue;
}

async function madeReady(clientId = 'me'): Promise<ReplyQueue> {
  const replyQueue = openReplies(clientId);
  expect(await rig.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
  return replyQueue;
}

async function bodies(replyQueue: ReplyQueue): Promise<readonly string[]> {
  const received = await rig.runtime.run(replyQueue.receive({ maxFrames: 10 }));
  if (received.kind !== 'deliveries') throw new Error(received.kind);
  for (const delivery of received.deliveries) delivery.ack();
  return received.deliveries.map(({ frame }) => frame.body);
}

describe('a reply queue that is given', () => {
  it('is found, read and left as it was: not made, tagged, swept or deleted', async () => {
    const replyQueue = await madeReady();
    expect(replyQueue.queue).toBe('prod-replies');
    expect(replyQueue.addressOf('c1')).toBe(`${queueUrl}#c1`);
    await rig.put(queueUrl, ['reply']);
    expect(await bodies(replyQueue)).toEqual(['reply']);
    await rig.runtime.advance(3_600_000);
    await rig.runtime.run(replyQueue.close());
    const { script } = rig;
    expect(script.count('getQueueUrl')).toBe(1);
    expect(script.count('deleteBatch')).toBe(1);
    for (const operation of ['createQueue', 'tagQueue', 'deleteQueue', 'listQueues'] as const) {
      expect([operation, script.count(operation)]).toEqual([operation, 0]);
    }
    expect(await rig.left(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  it('lets a group of a FIFO queue go on as soon as its first reply is settled', async () => {
    const fifo = openQueueRig({ replyQueue: { queue: 'replies.fifo' } });
    const url = await fifo.makeQueue('replies.fifo');
    const replyQueue = fifo.transport.openReplyQueue({ clientId: 'me' });
    await fifo.runtime.run(replyQueue.ready());
    const startMs = fifo.runtime.monotonicMs();
    for (const body of ['progress', 'reply']) {
      await fifo.put(url, [body], 'call');
      const received = await fifo.runtime.run(replyQueue.receive({ maxFrames: 10 }));
      if (received.kind !== 'deliveries') throw new Error(received.kind);
      expect(received.deliveries.map(({ frame }) => frame.body)).toEqual([body]);
      for (const delivery of received.deliveries) delivery.ack();
    }
    expect(fifo.runtime.monotonicMs() - startMs).toBeLessThan(1000);
    await fifo.runtime.run(replyQueue.close());
    await fifo.close();
  });

  it('gives back what a closed requester had not settled', async () => {
    const replyQueue = await madeReady();
    await rig.put(queueUrl, ['reply']);
    await rig.runtime.run(replyQueue.receive({ maxFrames: 10 }));
    await rig.runtime.run(replyQueue.close());
    expect(await rig.left(queueUrl)).toEqual({ visible: 1, inFlight: 0 });
  });

  it('G1: is rid of what came before it was opened, and of nothing that came later', async () => {
    await rig.put(
      queueUrl,
      Array.from({ length: 10 }, (_, n) => `old ${n}`),
    );
    await rig.runtime.advance(60_000);
    const replyQueue = await madeReady();
    expect(await bodies(replyQueue)).toEqual([]);
    await rig.put(queueUrl, ['new']);
    expect(await bodies(replyQueue)).toEqual(['new']);
    await rig.runtime.run(replyQueue.flush());
    expect(await rig.left(queueUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  it('is for one requester of a transport at a time', async () => {
    const first = await madeReady('one');
    const second = openReplies('two');
    const refused = await rig.runtime.run(second.ready());
    expect(refused).toMatchObject({ kind: 'failed', reason: 'invalid' });
    expect(second.health()).toMatchObject({ healthy: false, failuresInARow: 1 });
    await rig.runtime.run(first.close());
    expect(await rig.runtime.run(second.ready())).toEqual({ kind: 'ready' });
  });

  it('that does not exist fails, and is looked for again by the next call', async () => {
    await rig.service.deleteQueue({ queueUrl });
    const replyQueue = openReplies('me');
    expect(replyQueue.isReady()).toBe(false);
    expect(() => replyQueue.addressOf('c1')).toThrow('There is no reply queue now.');
    const failed = { kind: 'failed', reason: 'unavailable' };
    expect(await rig.runtime.run(replyQueue.ready())).toMatchObject(failed);
    await rig.runtime.advance(61_000);
    await rig.makeQueue('prod-replies');
    expect(await rig.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
  });

  it('that is deleted is gone to its reader, and found again when it is there again', async () => {
    const replyQueue = await madeReady();
    await rig.service.deleteQueue({ queueUrl });
    const received = await rig.runtime.run(replyQueue.receive({ maxFrames: 1 }));
    expect(received.kind).toBe('gone');
    expect(replyQueue.isReady()).toBe(false);
    await rig.runtime.advance(61_000);
    await rig.makeQueue('prod-replies');
    expect(await rig.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
  });

  it('answers closed after close, also to what waits', async () => {
    const replyQueue = await madeReady();
    const receiving = replyQueue.receive({ maxFrames: 1 });
    await rig.runtime.advance(100);
    await rig.runtime.run(replyQueue.close());
    expect(await receiving).toEqual({ kind: 'closed' });
    expect(await replyQueue.ready()).toMatchObject({ kind: 'failed', reason: 'closed' });
    expect(replyQueue.isReady()).toBe(false);
  });

  it('costs no call before the first send where its URL is given', async () => {
    const other = openQueueRig({ replyQueue: { queue: queueUrl } });
    const replyQueue = other.transport.openReplyQueue({ clientId: 'me' });
    expect(await other.runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
    expect(other.script.count('getQueueUrl')).toBe(0);
    await other.runtime.run(replyQueue.close());
    await other.close();
  });
});
