import type { Delivery, Inbox } from '@replyq/contract/transport';
import { formatReplyAddress, writePack, type HeaderRecord } from '@replyq/contract/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bodiesOf, openQueueRig, type QueueRig } from './testing/queue-rig.ts';

const HEADER = { v: 1, type: 'mutation', timeoutMs: 60_000, at: 0, content: 'json' };

let rig: QueueRig;
let url: string;

beforeEach(async () => {
  rig = openQueueRig();
  url = await rig.makeQueue('q');
});

afterEach(async () => {
  await rig.close();
});

async function putPack(
  bodies: readonly string[],
  header: HeaderRecord = HEADER,
  groupId?: string,
): Promise<void> {
  const frames = bodies.map((body) => ({
    replyTo: formatReplyAddress('http://q/000000000000/replies', `call-${body}`),
    procedure: 'run',
    header,
    body,
    attributes: {},
  }));
  const group = groupId === undefined ? {} : { groupId };
  await rig.putMessage(url, { ...writePack(frames), ...group });
}

/** A pack of which the first frame is done, and the others are given back. */
async function halfDone(inbox: Inbox, bodies: readonly string[], delayMs = 0): Promise<void> {
  await putPack(bodies);
  const [done, ...others] = await rig.take(inbox);
  done?.ack();
  for (const other of others) other.release(delayMs);
}

describe('a frame that comes again by itself', () => {
  test('is the same request, with the time that is left and try raised', async () => {
    await putPack(['1', '2'], HEADER, 'tenant');
    await rig.runtime.advance(3000);
    const inbox = await rig.open(url);
    const [done, other] = await rig.take(inbox);
    await rig.runtime.advance(1500);
    done?.ack();
    other?.release(0);
    await rig.runtime.run(inbox.flush());
    const [again] = await rig.take(inbox);
    expect(again?.frame).toEqual({
      ...other?.frame,
      header: { ...HEADER, timeoutMs: 55_500, try: 2 },
    });
    expect([again?.groupId, again?.receiveCount, again?.separable]).toEqual(['tenant', 1, false]);
  });

  test('is a task still whose time no caller counts, though somebody waits for its result', async () => {
    await putPack(['1', '2'], { ...HEADER, task: 'call-x' });
    await rig.runtime.advance(90_000);
    const inbox = await rig.open(url);
    const [done, other] = await rig.take(inbox);
    done?.ack();
    other?.release(0);
    await rig.runtime.run(inbox.flush());
    const [again] = await rig.take(inbox);
    expect(again?.frame.header).toMatchObject({ timeoutMs: 60_000, try: 2 });
  });

  test('comes when it was released for, and not with those that were released for less', async () => {
    const inbox = await rig.open(url);
    await putPack(['1', '2', '3']);
    const [one, two, three] = await rig.take(inbox);
    one?.ack();
    two?.release(0);
    three?.release(5000);
    await rig.runtime.run(inbox.flush());
    expect(bodiesOf(await rig.take(inbox))).toEqual(['2']);
    await rig.runtime.advance(2000);
    expect(bodiesOf(await rig.take(inbox))).toEqual([]);
    await rig.runtime.advance(2000);
    expect(bodiesOf(await rig.take(inbox))).toEqual(['3']);
  });

  test('is not packed again with others, whatever replies have said', async () => {
    const inbox = await rig.open(url, { framesPerMessage: 8 });
    rig.transport.outbox(url).heardPacks(8);
    await halfDone(inbox, ['1', '2', '3', '4']);
    await rig.runtime.run(inbox.flush());
    const again = await rig.take(inbox, 100);
    expect(new Set(again.map(({ messageId }) => messageId)).size).toBe(3);
  });

  test('comes once, though the first attempts to send it failed', async () => {
    const inbox = await rig.open(url);
    const fail = { kind: 'fail', failure: 'throttled' } as const;
    rig.script.next('sendBatch', fail, { kind: 'failEntry', index: 0, failure: 'throttled' });
    await halfDone(inbox, ['1', '2', '3']);
    await rig.runtime.run(inbox.flush());
    expect(bodiesOf(await rig.take(inbox)).toSorted()).toEqual(['2', '3']);
    expect(rig.told('packSeparated')).toMatchObject([{ queue: 'q', frames: 2 }]);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 2 });
  });
});

describe('a pack that is being taken apart', () => {
  test('is held until all its frames are in the queue, however long that takes', async () => {
    const inbox = await rig.open(url, { visibilityMs: 3000 });
    rig.script.next('sendBatch', { kind: 'hold' });
    await halfDone(inbox, ['1', '2']);
    await rig.runtime.advance(9500);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    expect(rig.script.count('deleteBatch')).toBe(0);
    rig.script.heal();
    await rig.runtime.run(inbox.flush());
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('is waited for by close, and deleted', async () => {
    const inbox = await rig.open(url);
    let arrive: (() => void) | undefined;
    const until = new Promise<void>((resolve) => (arrive = resolve));
    rig.script.next('sendBatch', { kind: 'holdAnswer', until });
    await halfDone(inbox, ['1', '2']);
    const closing = inbox.close();
    await rig.runtime.advance(1000);
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 1 });
    arrive?.();
    await rig.runtime.run(closing);
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('goes back whole when the transport was closed before its inbox', async () => {
    const inbox = await rig.open(url);
    await putPack(['1', '2', '3']);
    const [done] = await rig.take(inbox);
    done?.ack();
    await rig.transport.close();
    await rig.runtime.run(inbox.close());
    expect(rig.told('packSeparated')).toMatchObject([{ frames: 2, error: expect.any(String) }]);
  });

  test('of a queue that was deleted meanwhile is told, and keeps nobody waiting', async () => {
    const inbox = await rig.open(url);
    await putPack(['1', '2']);
    const [done, other] = await rig.take(inbox);
    await rig.service.deleteQueue({ queueUrl: url });
    done?.ack();
    other?.release(0);
    await rig.runtime.run(inbox.close());
    expect(rig.told('packSeparated')).toMatchObject([{ frames: 1, error: expect.any(String) }]);
    expect(rig.runtime.monotonicMs()).toBeLessThan(1000);
  });
});

test('a pack whose frames were all released goes back whole, for the shortest delay, the first time', async () => {
  const inbox = await rig.open(url);
  await putPack(['1', '2']);
  const [one, two] = await rig.take(inbox);
  one?.release(60_000);
  two?.release(3000);
  await rig.runtime.run(inbox.flush());
  expect(rig.script.count('sendBatch')).toBe(0);
  await rig.runtime.advance(3000);
  expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
});

test('of a pack that close finds half done, only the other half comes again', async () => {
  const inbox = await rig.open(url);
  await putPack(['1', '2', '3']);
  const [one] = await rig.take(inbox);
  one?.ack();
  await rig.runtime.run(inbox.close());
  const again = await rig.take(await rig.open(url));
  expect(bodiesOf(again).toSorted()).toEqual(['2', '3']);
});

test('a pack that was lost is not taken apart: whoever has it now runs all of it', async () => {
  const inbox = await rig.open(url);
  await putPack(['1', '2']);
  const [done, other] = await rig.take(inbox);
  rig.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
  await rig.runtime.advance(10_500);
  rig.script.heal();
  expect(rig.told('visibilityLost')).toHaveLength(1);
  done?.ack();
  other?.release(0);
  await rig.runtime.run(inbox.flush());
  expect(rig.script.count('sendBatch')).toBe(0);
  expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
});

test('a pack that comes again while it is taken apart is deleted by its newest handle', async () => {
  const inbox = await rig.open(url, { visibilityMs: 3000 });
  let arrive: (() => void) | undefined;
  const until = new Promise<void>((resolve) => (arrive = resolve));
  rig.script.next('sendBatch', { kind: 'holdAnswer', until });
  rig.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
  await halfDone(inbox, ['1', '2']);
  await rig.runtime.advance(3100);
  const came: Delivery[] = [];
  for (let turn = 0; turn < 2; turn += 1) came.push(...(await rig.take(inbox)));
  expect(bodiesOf(came)).toEqual(['2']);
  arrive?.();
  await rig.runtime.run(inbox.flush());
  expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
});

test('a pack on a FIFO queue, where nobody puts one, is not taken apart, and what is behind it follows', async () => {
  const fifo = await rig.makeQueue('q.fifo');
  const header = { v: 1, type: 'mutation', timeoutMs: 60_000, at: 0, content: 'json' };
  const frames = ['1', '2'].map((body) => ({ procedure: 'run', header, body, attributes: {} }));
  await rig.service.sendBatch({
    queueUrl: fifo,
    entries: [{ ...writePack(frames), groupId: 'g', deduplicationId: 'pack' }],
  });
  await rig.put(fifo, ['3'], 'g');
  const inbox = await rig.open(fifo, { framesPerMessage: 8 });
  const [done, other] = await rig.take(inbox);
  expect(other?.separable).toBe(false);
  done?.ack();
  other?.release(0);
  const again = await rig.take(inbox);
  expect(bodiesOf(again)).toEqual(['1', '2']);
  for (const each of again) each.ack();
  expect(bodiesOf(await rig.take(inbox))).toEqual(['3']);
});

test('a message of one frame is given back, and never sent on', async () => {
  const inbox = await rig.open(url);
  await rig.put(url, ['x']);
  for (let turn = 0; turn < 3; turn += 1) {
    const [delivery] = await rig.take(inbox);
    expect(delivery?.receiveCount).toBe(turn + 1);
    delivery?.release(0);
    await rig.runtime.run(inbox.flush());
  }
  expect(rig.script.count('sendBatch')).toBe(0);
});
