import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bodiesIn,
  hostOf,
  openVirtualQueueRig,
  type VirtualQueueRig,
} from '../testing/virtual-queue-rig.ts';

let rig: VirtualQueueRig;

beforeEach(() => {
  rig = openVirtualQueueRig();
});

afterEach(async () => {
  await rig.close();
});

const numbered = (count: number, prefix = ''): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('a FIFO host queue', () => {
  test('has no more in memory than its bound, those that wait for their turn included', async () => {
    const fifo = await rig.makeHost('host.fifo');
    const host = hostOf(rig.process({ maxBufferedMessages: 15 }), fifo);
    const [busy, unread] = [host.open('busy'), host.open('unread')];
    for (const group of numbered(10, 'g'))
      await rig.put(fifo, 'unread', numbered(10, group), group);
    await rig.put(fifo, 'busy', ['mine'], 'busy');
    const found = await rig.runtime.run(rig.receive(busy, { waitMs: 20_000 }));
    expect(bodiesIn(found)).toEqual(['mine']);
    const { inFlight } = await rig.left(fifo);
    // What was given back is in flight, too, until it is visible again.
    await rig.runtime.advance(1000);
    expect(unread.unreadCount).toBeLessThanOrEqual(15);
    expect(inFlight).toBeGreaterThan(0);
  });

  test('gives the next message of a group when the one before is deleted', async () => {
    const fifo = await rig.makeHost('host.fifo');
    const host = hostOf(rig.process(), fifo);
    const queue = host.open('a');
    await rig.put(fifo, 'a', ['1', '2', '3']);
    for (const body of ['1', '2', '3']) {
      const found = await rig.runtime.run(rig.receive(queue, { waitMs: 2000 }));
      expect(bodiesIn(found)).toEqual([body]);
      expect(await rig.runtime.run(rig.receive(queue, { waitMs: 1000 }))).toEqual([]);
      await rig.delete(host, found);
    }
    expect(await rig.left(fifo)).toEqual({ visible: 0, inFlight: 0 });
  });

  test("does not keep another process's message that follows in a group", async () => {
    const fifo = await rig.makeHost('host.fifo');
    const [one, other] = [1, 2].map(() => hostOf(rig.process({ onOrphan: () => 'keep' }), fifo));
    const [mine, theirs] = [one!.open('a'), other!.open('b')];
    await rig.put(fifo, 'a', ['1']);
    await rig.put(fifo, 'b', ['2', '3']);
    const found = await rig.runtime.run(rig.receive(mine, { maxMessages: 1, waitMs: 2000 }));
    expect(bodiesIn(found)).toEqual(['1']);
    await rig.delete(one!, found);
    await rig.runtime.advance(3000);
    expect(rig.told('messageOrphaned')).toHaveLength(1);
    const next = await rig.runtime.run(rig.receive(theirs, { waitMs: 20_000 }));
    expect(bodiesIn(next)).toEqual(['2']);
  });

  test('deletes what follows in a group and is for nobody, though nobody reads', async () => {
    const fifo = await rig.makeHost('host.fifo');
    const host = hostOf(rig.process(), fifo);
    const queue = host.open('a');
    await rig.put(fifo, 'a', ['1']);
    await rig.put(fifo, 'nobody', numbered(8, 'n'));
    await rig.put(fifo, 'a', ['last']);
    await rig.delete(host, await rig.runtime.run(rig.receive(queue, { waitMs: 2000 })));
    await rig.runtime.advance(2000);
    expect(rig.told('messageOrphaned')).toHaveLength(8);
    expect(queue.unreadCount).toBe(1);
    expect(await rig.left(fifo)).toEqual({ visible: 0, inFlight: 1 });
  });

  test('begins again with the one whose reader let it become visible', async () => {
    const fifo = await rig.makeHost('host.fifo');
    const host = hostOf(rig.process(), fifo);
    const queue = host.open('a');
    await rig.put(fifo, 'a', ['1', '2']);
    const options = { waitMs: 20_000, visibilityMs: 5000 };
    const [first] = await rig.runtime.run(rig.receive(queue, options));
    const [again] = await rig.runtime.run(rig.receive(queue, options));
    expect([first?.message.body, again?.message.body]).toEqual(['1', '1']);
    expect(rig.runtime.monotonicMs()).toBeLessThan(7000);
    await rig.delete(host, again === undefined ? [] : [again]);
    const next = await rig.runtime.run(rig.receive(queue, options));
    expect(bodiesIn(next)).toEqual(['2']);
    await rig.service.changeVisibilityBatch({
      queueUrl: fifo,
      entries: next.map(({ receiptHandle }) => ({ receiptHandle, visibilityMs: 60_000 })),
    });
    for (const { receiptHandle } of next) host.settled(receiptHandle, 60_000);
    expect(await rig.runtime.run(rig.receive(queue, { waitMs: 20_000 }))).toEqual([]);
  });
});
