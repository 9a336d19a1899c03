import { createVirtualRuntime } from '@replyq/testing';
import type { QueueAttributes, ReceivedMessage, ReceiveRequest } from '@replyq/queue';
import { describe, expect, it } from 'vitest';
import type { MemoryQueueServiceOptions } from './memory-queue-service-options.ts';
import { createMemoryQueueService } from './memory-queue-service.ts';

const DAY_MS = 86_400_000;

/** One queue of one service, used by the body of its messages. */
async function open(
  options: MemoryQueueServiceOptions = {},
  attributes: Partial<QueueAttributes> = {},
) {
  const runtime = createVirtualRuntime();
  const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0, ...options });
  const name = attributes.fifo === true ? 'q.fifo' : 'q';
  const made = await service.createQueue({ name, attributes });
  if (made.kind !== 'ok') throw new Error(made.error);
  const { queueUrl } = made;

  const send = async (...bodies: string[]): Promise<void> => {
    const entries = bodies.map((body) => ({
      body,
      attributes: {},
      // In a FIFO queue `a1` belongs to group a.
      ...(attributes.fifo === true && { groupId: body.slice(0, 1), deduplicationId: body }),
    }));
    await service.sendBatch({ queueUrl, entries });
  };
  const receive = async (
    request: Partial<ReceiveRequest> = {},
  ): Promise<readonly ReceivedMessage[]> => {
    const whole = { queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 30_000, ...request };
    const result = await service.receive(whole);
    if (result.kind !== 'ok') throw new Error(result.error);
    return result.messages;
  };
  const remove = (...messages: readonly ReceivedMessage[]) =>
    service.deleteBatch({ queueUrl, receiptHandles: messages.map((m) => m.receiptHandle) });
  const release = (message: ReceivedMessage) =>
    service.changeVisibilityBatch({
      queueUrl,
      entries: [{ receiptHandle: message.receiptHandle, visibilityMs: 0 }],
    });
  return { runtime, service, queueUrl, send, receive, remove, release };
}

function bodies(messages: readonly ReceivedMessage[]): readonly string[] {
  return messages.map(({ body }) => body);
}

describe('a standard queue', () => {
  it('gives messages in the order of sends, those that came back first', async () => {
    const { send, receive, release } = await open();
    await send('1', '2', '3');
    const [first] = await receive({ maxMessages: 2 });
    if (first !== undefined) await release(first);
    expect(bodies(await receive())).toEqual(['1', '3']);
  });

  it('gives messages out of order, but no further than it is told to', async () => {
    const { send, receive } = await open({ disorder: 5 });
    for (let index = 0; index < 100; index += 1) await send(`${index}`);
    const order: number[] = [];
    while (order.length < 100) order.push(...bodies(await receive()).map(Number));
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    for (const [place, index] of order.entries()) expect(Math.abs(place - index)).toBeLessThan(6);
  });

  it('gives fewer messages than there are when told to, or none', async () => {
    const answers = [2, 0, 99];
    const { send, receive } = await open({ receiveFewer: () => answers.shift() ?? 0 });
    await send('1', '2', '3');
    expect(bodies(await receive())).toEqual(['1', '2']);
    expect(await receive({ waitMs: 20_000 })).toEqual([]);
    expect(bodies(await receive())).toEqual(['3']);
  });

  it('gives nothing, and no error, while its in-flight limit is reached', async () => {
    const { runtime, send, receive, remove } = await open({ inFlightLimit: 3 });
    await send('1', '2', '3', '4', '5');
    const held = await receive();
    expect(bodies(held)).toEqual(['1', '2', '3']);
    expect(await runtime.run(receive({ waitMs: 2_000 }))).toEqual([]);
    const waiting = receive({ waitMs: 20_000 });
    await remove(...held.slice(0, 1));
    expect(bodies(await waiting)).toEqual(['4']);
  });

  it('gives a message received with visibility 0 to each receive, once each', async () => {
    const { send, receive } = await open();
    await send('1');
    const [message] = await receive({ visibilityMs: 0 });
    expect(message?.receiveCount).toBe(1);
    expect((await receive({ visibilityMs: 0 }))[0]?.receiveCount).toBe(2);
  });

  it('still deletes by the newest handle after the visibility timeout', async () => {
    const { runtime, service, queueUrl, send, receive, remove } = await open();
    await send('1');
    await send('2');
    const messages = await receive({ maxMessages: 1, visibilityMs: 1_000 });
    await runtime.advance(1_000);
    await remove(...messages);
    expect(await service.getQueueAttributes({ queueUrl })).toMatchObject({
      attributes: { visibleCount: 1, inFlightCount: 0 },
    });
    expect(bodies(await receive())).toEqual(['2']);
    expect(await receive()).toEqual([]);
  });

  it('lets a delay of 0 win over that of the queue', async () => {
    const { service, queueUrl, receive } = await open({}, { delayMs: 60_000 });
    await service.sendBatch({ queueUrl, entries: [{ body: '1', attributes: {}, delayMs: 0 }] });
    expect(bodies(await receive())).toEqual(['1']);
  });

  it("refuses another queue's handle", async () => {
    const { service, send, receive, remove } = await open();
    await service.createQueue({ name: 'other' });
    await send('1');
    const [message] = await receive();
    const receiptHandles = [message?.receiptHandle ?? ''];
    const url = 'http://memory.localhost/000000000000/other';
    expect(await service.deleteBatch({ queueUrl: url, receiptHandles })).toMatchObject({
      entries: [{ kind: 'staleHandle' }],
    });
    if (message !== undefined) await remove(message);
  });

  it('forgets what it kept for its retention, counts included', async () => {
    const { runtime, service, queueUrl, send, receive } = await open({}, { retentionMs: DAY_MS });
    await send('old');
    await runtime.advance(DAY_MS - 1);
    await send('new');
    await runtime.advance(1);
    const result = await service.getQueueAttributes({ queueUrl });
    expect(result).toMatchObject({ attributes: { visibleCount: 1 } });
    expect(bodies(await receive())).toEqual(['new']);
  });

  it('does not give a message whose retention ended while it was in flight', async () => {
    const { runtime, send, receive } = await open({}, { retentionMs: 60_000 });
    await send('1');
    await runtime.advance(59_000);
    await receive({ visibilityMs: 2_000 });
    await runtime.advance(2_000);
    expect(await runtime.run(receive({ waitMs: 1_000 }))).toEqual([]);
  });

  it('does not keep what nobody reads beyond its retention', async () => {
    const { runtime, service, queueUrl, send } = await open({}, { retentionMs: 60_000 });
    const before = await service.getQueueAttributes({ queueUrl });
    expect(before).toMatchObject({ attributes: { visibleCount: 0 } });
    for (let minute = 0; minute < 20; minute += 1) {
      await send('x');
      await runtime.advance(60_000);
    }
    expect(await service.getQueueAttributes({ queueUrl })).toMatchObject({
      attributes: { visibleCount: 0 },
    });
  });
});

describe('a FIFO queue', () => {
  const fifo = { fifo: true };

  it('gives several messages of a group in one receive, then others, oldest group first', async () => {
    const { send, receive } = await open({}, fifo);
    await send('a1', 'b1', 'a2', 'b2', 'a3');
    expect(bodies(await receive({ maxMessages: 4 }))).toEqual(['a1', 'a2', 'a3', 'b1']);
    expect(await receive()).toEqual([]);
  });

  it('locks a group until the last of its messages in flight is settled', async () => {
    const { send, receive, remove, release } = await open({}, fifo);
    await send('a1', 'a2', 'a3');
    const [first, second] = await receive({ maxMessages: 2 });
    if (second !== undefined) await release(second);
    expect(await receive()).toEqual([]);
    if (first !== undefined) await remove(first);
    expect(bodies(await receive())).toEqual(['a2', 'a3']);
  });

  it('keeps the order of a group whose delays end in the same instant', async () => {
    const { runtime, send, receive } = await open({}, { ...fifo, delayMs: 5_000 });
    const waiting = receive({ waitMs: 20_000 });
    await send('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7');
    await runtime.advance(5_000);
    expect(bodies(await waiting)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
  });

  it('refuses a delete after the visibility timeout, as SQS does', async () => {
    const { runtime, send, receive, remove } = await open({}, fifo);
    await send('a1');
    const messages = await receive({ visibilityMs: 1_000 });
    await runtime.advance(1_000);
    expect(await remove(...messages)).toMatchObject({ entries: [{ kind: 'staleHandle' }] });
    expect(bodies(await receive())).toEqual(['a1']);
  });

  it('answers each waiting receive with a group of its own', async () => {
    const { send, receive } = await open({}, fifo);
    const polls = [receive({ waitMs: 20_000 }), receive({ waitMs: 20_000, maxMessages: 1 })];
    await send('a1');
    await send('a2');
    await send('b1');
    expect((await Promise.all(polls)).map(bodies)).toEqual([['a1'], ['b1']]);
  });
});

/** A queue with its dead-letter queue, and one message that may be received once. */
async function openPair(fifo: boolean) {
  const end = fifo ? '.fifo' : '';
  const pair = await open();
  const { service } = pair;
  const deadUrl = `http://memory.localhost/000000000000/dead${end}`;
  const liveUrl = `http://memory.localhost/000000000000/live${end}`;
  const kind = fifo ? { fifo } : {};
  await service.createQueue({
    name: `dead${end}`,
    attributes: { ...kind, retentionMs: 2 * DAY_MS },
  });
  const deadLetterArn = `arn:aws:sqs:memory-1:000000000000:dead${end}`;
  const redrive = { deadLetterArn, maxReceiveCount: 1 };
  await service.createQueue({ name: `live${end}`, attributes: { ...kind, redrive } });
  const group = fifo ? { groupId: 'g', deduplicationId: 'd' } : {};
  await service.sendBatch({
    queueUrl: liveUrl,
    entries: [{ body: 'x', attributes: {}, ...group }],
  });
  return { ...pair, deadUrl, liveUrl };
}

describe('a dead-letter queue', () => {
  it('wakes its own readers, with the receive count and first receive of a new message', async () => {
    const { runtime, receive, liveUrl, deadUrl } = await openPair(false);
    const waiting = receive({ queueUrl: deadUrl, waitMs: 20_000 });
    await receive({ queueUrl: liveUrl, visibilityMs: 1_000 });
    await runtime.advance(5_000);
    expect(await receive({ queueUrl: liveUrl })).toEqual([]);
    const [message] = await waiting;
    expect(message).toMatchObject({ body: 'x', receiveCount: 1 });
    expect((message?.firstReceivedAtMs ?? 0) - (message?.sentAtMs ?? 0)).toBeGreaterThan(4_000);
  });

  it('leaves messages where they are when it is gone itself', async () => {
    const { service, receive, liveUrl, deadUrl } = await openPair(false);
    await service.deleteQueue({ queueUrl: deadUrl });
    await receive({ queueUrl: liveUrl, visibilityMs: 0 });
    expect((await receive({ queueUrl: liveUrl, visibilityMs: 0 }))[0]?.receiveCount).toBe(2);
  });

  it.each([
    { fifo: false, kept: 0, since: 'the send' },
    { fifo: true, kept: 1, since: 'the move' },
  ])('counts retention from $since when fifo is $fifo', async ({ fifo, kept }) => {
    const { runtime, receive, liveUrl, deadUrl } = await openPair(fifo);
    await receive({ queueUrl: liveUrl, visibilityMs: 0 });
    await runtime.advance(DAY_MS);
    expect(await receive({ queueUrl: liveUrl })).toEqual([]);
    await runtime.advance(DAY_MS);
    expect(await receive({ queueUrl: deadUrl })).toHaveLength(kept);
  });
});

/** Sends, receives and deletes `count` messages. */
async function clockReadsPerMessage(count: number): Promise<number> {
  const virtual = createVirtualRuntime();
  let reads = 0;
  const runtime = {
    ...virtual,
    monotonicMs: () => {
      reads += 1;
      return virtual.monotonicMs();
    },
  };
  const { send, receive, remove } = await open({ runtime });
  for (let sent = 0; sent < count; sent += 10) {
    await send(...Array.from({ length: 10 }, (_, index) => `${sent + index}`));
  }
  for (let received = 0; received < count;) {
    const messages = await receive();
    received += messages.length;
    await remove(...messages);
  }
  expect(virtual.timerCount()).toBe(0);
  return reads / count;
}

describe('the work of a queue', () => {
  it('grows with its messages no faster than n log n, counted in clock reads', async () => {
    const small = await clockReadsPerMessage(1_000);
    const large = await clockReadsPerMessage(50_000);
    expect(large).toBeLessThan(small * 1.1);
  });
});
