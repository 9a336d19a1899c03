import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bodiesIn,
  hostOf,
  openVirtualQueueRig,
  VISIBILITY_MS,
  type VirtualQueueRig,
} from '../testing/virtual-queue-rig.ts';
import type { VirtualHost } from './virtual-host.ts';

let rig: VirtualQueueRig;
let host: VirtualHost;
let url: string;

beforeEach(async () => {
  rig = openVirtualQueueRig();
  url = await rig.makeHost();
  host = hostOf(rig.process(), url);
});

afterEach(async () => {
  await rig.close();
});

const receives = (): number =>
  rig.told('apiRequest').filter(({ operation }) => operation === 'ReceiveMessage').length;

describe('a receive', () => {
  test('waits until a message for it comes, and not for one that is another’s', async () => {
    const [a, b] = [host.open('a'), host.open('b')];
    const waiting = rig.receive(a, { waitMs: 20_000 });
    await rig.runtime.advance(3000);
    await rig.put(url, 'b', ['for b']);
    await rig.runtime.advance(3000);
    await rig.put(url, 'a', ['for a']);
    expect(bodiesIn(await rig.runtime.run(waiting))).toEqual(['for a']);
    expect(rig.runtime.monotonicMs()).toBeLessThan(6100);
    expect(bodiesIn(await rig.runtime.run(rig.receive(b)))).toEqual(['for b']);
  });

  test('gets the message of its last moment', async () => {
    const queue = host.open('a');
    const waiting = rig.receive(queue, { waitMs: 5000 });
    await rig.runtime.advance(4990);
    await rig.put(url, 'a', ['late']);
    expect(bodiesIn(await rig.runtime.run(waiting))).toEqual(['late']);
  });

  test('gets the message of its last moment though the answer takes its time', async () => {
    const queue = host.open('a');
    rig.faults.receive = async (request) => {
      const result = await rig.service.receive(request);
      await new Promise<void>((resolve) => void rig.runtime.setTimer(300, resolve));
      return result;
    };
    const waiting = rig.receive(queue, { waitMs: 5000 });
    await rig.runtime.advance(4900);
    await rig.put(url, 'a', ['late']);
    expect(bodiesIn(await rig.runtime.run(waiting))).toEqual(['late']);
  });

  test('that waits for nothing makes one request, and finds what there is', async () => {
    const queue = host.open('a');
    await rig.put(url, 'a', ['here']);
    expect(bodiesIn(await rig.runtime.run(rig.receive(queue)))).toEqual(['here']);
    expect(await rig.runtime.run(rig.receive(queue))).toEqual([]);
    expect(receives()).toBe(2);
    expect(rig.runtime.monotonicMs()).toBeLessThan(100);
  });

  test('that waits for nothing finds what there is though another one waits', async () => {
    const [a, b] = [host.open('a'), host.open('b')];
    const waiting = rig.receive(a, { waitMs: 10_000 });
    await rig.runtime.advance(100);
    expect(await rig.runtime.run(rig.receive(b))).toEqual([]);
    expect(await rig.runtime.run(waiting)).toEqual([]);
  });

  test('of each virtual queue shares the polls of its host with the others', async () => {
    const waiting = Array.from({ length: 50 }, (_, index) =>
      rig.receive(host.open(`q${index}`), { waitMs: 20_000 }),
    );
    for (const each of waiting) expect(await rig.runtime.run(each)).toEqual([]);
    expect(receives()).toBe(1);
    await rig.runtime.advance(60_000);
    expect(receives()).toBe(1);
  });

  test('ends by its signal, and so does the poll that nobody else waits for', async () => {
    const queue = host.open('a');
    const controller = new AbortController();
    const waiting = rig.receive(queue, { waitMs: 20_000, signal: controller.signal });
    await rig.runtime.advance(1000);
    controller.abort();
    await expect(rig.runtime.run(waiting)).rejects.toMatchObject({ end: { kind: 'aborted' } });
    await rig.runtime.advance(10);
    expect(rig.told('apiRequest').at(-1)).toMatchObject({
      operation: 'ReceiveMessage',
      outcome: 'aborted',
    });
  });

  test('is told what reading the host queue came to', async () => {
    const queue = host.open('a');
    rig.faults.receive = async () => ({ kind: 'denied', error: 'no' });
    const failure = { end: { kind: 'failed', failure: { kind: 'denied', error: 'no' } } };
    for (const waitMs of [20_000, 0]) {
      const waiting = rig.receive(queue, { waitMs });
      await expect(rig.runtime.run(waiting)).rejects.toMatchObject(failure);
    }
  });

  test('finds that its host queue is gone, as do those that come later', async () => {
    const queue = host.open('a');
    const gone = { end: { kind: 'gone' } };
    const later = rig.receive(queue, { waitMs: 20_000 }).then(() => rig.receive(queue));
    rig.runtime.setTimer(5000, () => void rig.service.deleteQueue({ queueUrl: url }));
    await expect(rig.runtime.run(later)).rejects.toMatchObject(gone);
    await expect(rig.receive(queue)).rejects.toMatchObject(gone);
  });
});

describe('what is read', () => {
  test('stays invisible as long as its reader asked, and comes again then', async () => {
    const queue = host.open('a');
    await rig.put(url, 'a', ['x']);
    const options = { waitMs: 20_000, visibilityMs: 5000 };
    expect(await rig.runtime.run(rig.receive(queue, options))).toHaveLength(1);
    const [again] = await rig.runtime.run(rig.receive(queue, options));
    expect(again?.message.receiveCount).toBe(2);
    expect(rig.runtime.monotonicMs()).toBeGreaterThanOrEqual(5000);
    expect(rig.runtime.monotonicMs()).toBeLessThan(5200);
  });

  test('costs no request for its visibility where that is the host queue’s', async () => {
    const queue = host.open('a');
    await rig.put(url, 'a', ['x']);
    await rig.runtime.run(rig.receive(queue, { waitMs: 1000 }));
    const changes = rig
      .told('apiRequest')
      .filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch');
    expect(changes).toEqual([]);
    await rig.runtime.advance(VISIBILITY_MS - 1000);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    await rig.runtime.advance(1100);
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
  });
});

describe('V1: a virtual queue with a retention of 10 s', () => {
  test('lives on while it is used, and is gone 10 s after', async () => {
    const queue = host.open('a');
    queue.expireAfter(10_000);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await rig.runtime.run(rig.receive(queue, { waitMs: 5000 }))).toEqual([]);
      await rig.runtime.advance(4000);
    }
    await rig.runtime.advance(5000);
    expect(host.find('a')).toBe(queue);
    await rig.runtime.advance(1100);
    expect(host.find('a')).toBeUndefined();
    expect(rig.told('virtualQueueExpired')).toMatchObject([{ virtualQueue: 'a', unread: 0 }]);
    await expect(rig.receive(queue)).rejects.toMatchObject({ end: { kind: 'gone' } });
  });

  test('does not expire during a longer receive', async () => {
    const queue = host.open('a');
    queue.expireAfter(10_000);
    expect(await rig.runtime.run(rig.receive(queue, { waitMs: 20_000 }))).toEqual([]);
    await rig.put(url, 'a', ['x']);
    expect(await rig.runtime.run(rig.receive(queue))).toHaveLength(1);
  });

  test('takes what nobody has read with it', async () => {
    const queue = host.open('a');
    queue.expireAfter(10_000);
    await rig.put(url, 'a', ['1', '2', '3']);
    await rig.runtime.run(rig.receive(queue, { maxMessages: 1, waitMs: 1000 }));
    await rig.runtime.advance(12_000);
    expect(rig.told('virtualQueueExpired')).toMatchObject([{ unread: 2 }]);
    // The one that was read is its reader's to delete.
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
  });
});

describe('V2: what waits to be read', () => {
  test('is kept invisible for a slow reader, who gets it once', async () => {
    const queue = host.open('a');
    await rig.put(url, 'a', ['1', '2']);
    const one = { maxMessages: 1, waitMs: 1000 };
    const first = await rig.runtime.run(rig.receive(queue, one));
    await rig.delete(host, first);
    await rig.runtime.advance(10 * VISIBILITY_MS);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    const second = await rig.runtime.run(rig.receive(queue, one));
    expect(second.map(({ message }) => [message.body, message.receiveCount])).toEqual([['2', 1]]);
    // From now on it is as if it had been received just now.
    await rig.runtime.advance(VISIBILITY_MS - 100);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    await rig.delete(host, second);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('is not handed out once it was lost: it comes again', async () => {
    const queue = host.open('a');
    await rig.put(url, 'a', ['1', '2']);
    await rig.runtime.run(rig.receive(queue, { maxMessages: 1, waitMs: 1000 }));
    rig.faults.changeVisibilityBatch = async () => ({ kind: 'unreachable', error: 'no network' });
    await rig.runtime.advance(2 * VISIBILITY_MS);
    delete rig.faults.changeVisibilityBatch;
    const again = await rig.runtime.run(rig.receive(queue, { waitMs: 1000 }));
    expect(again.map(({ message }) => message.receiveCount)).toEqual([2, 2]);
  });
});

describe('purge', () => {
  test('deletes what was sent before it, here or not yet', async () => {
    const queue = host.open('a');
    await rig.put(url, 'a', ['1', '2']);
    await rig.runtime.run(rig.receive(queue, { maxMessages: 1, waitMs: 1000 }));
    await rig.put(url, 'a', ['3']);
    await rig.runtime.advance(10);
    queue.purge();
    await rig.put(url, 'a', ['4']);
    const left = await rig.runtime.run(rig.receive(queue, { waitMs: 1000 }));
    expect(bodiesIn(left)).toEqual(['4']);
    await rig.runtime.advance(1100);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 2 });
  });
});
