import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bodiesIn,
  hostOf,
  openVirtualQueueRig,
  VISIBILITY_MS,
  type VirtualQueueRig,
} from '../testing/virtual-queue-rig.ts';

let rig: VirtualQueueRig;
let url: string;

beforeEach(async () => {
  rig = openVirtualQueueRig();
  url = await rig.makeHost();
});

afterEach(async () => {
  await rig.close();
});

const numbered = (count: number, prefix = ''): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('X2: a message for a virtual queue that does not exist', () => {
  test('is deleted, and told', async () => {
    const queue = hostOf(rig.process(), url).open('a');
    await rig.put(url, 'nobody', ['x']);
    await rig.put(url, undefined, ['y']);
    expect(await rig.runtime.run(rig.receive(queue, { waitMs: 2000 }))).toEqual([]);
    await rig.runtime.advance(1100);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 0 });
    expect(rig.told('messageOrphaned').map(({ outcome }) => outcome)).toEqual(['delete', 'delete']);
  });

  test('is kept for others where the handler says so, or fails', async () => {
    const seen: (string | undefined)[] = [];
    const onOrphan = ({ virtualQueue }: { readonly virtualQueue?: string }): 'keep' => {
      seen.push(virtualQueue);
      if (virtualQueue === undefined) throw new Error('mine');
      return 'keep';
    };
    const queue = hostOf(rig.process({ onOrphan }), url).open('a');
    await rig.put(url, 'nobody', ['x']);
    await rig.put(url, undefined, ['y']);
    expect(await rig.runtime.run(rig.receive(queue, { waitMs: 1000 }))).toEqual([]);
    expect(seen).toEqual(['nobody', undefined]);
    const told = rig.told('messageOrphaned');
    expect(told.map(({ outcome }) => outcome)).toEqual(['keep', 'keep']);
    expect(told.flatMap(({ error }) => error ?? [])).toEqual(['mine']);
    await rig.runtime.advance(5000);
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 0 });
  });
});

describe('X3: a queue that nobody reads', () => {
  test('has no more in memory than its bound, and the rest goes back to the host queue', async () => {
    const queues = rig.process({ maxBufferedPerQueue: 5 });
    const host = hostOf(queues, url);
    const [busy, unread] = [host.open('busy'), host.open('unread')];
    await rig.put(url, 'unread', numbered(50));
    for (let turn = 0; turn < 20; turn += 1) {
      await rig.put(url, 'busy', [`m${turn}`]);
      const [message] = await rig.runtime.run(rig.receive(busy, { waitMs: 20_000 }));
      expect(message?.message.body).toBe(`m${turn}`);
      if (message !== undefined) await rig.delete(host, [message]);
      expect(host.unread.messages).toBeLessThanOrEqual(5);
    }
    expect(rig.told('virtualQueueFull').length).toBeGreaterThan(0);
    const read: string[] = [];
    for (let turn = 0; turn < 100 && read.length < 50; turn += 1) {
      const found = await rig.runtime.run(rig.receive(unread, { waitMs: 20_000 }));
      read.push(...bodiesIn(found));
      await rig.delete(host, found);
    }
    expect(read.toSorted()).toEqual(numbered(50).toSorted());
  });

  test('makes room for those who wait, whatever all of them together have', async () => {
    const host = hostOf(rig.process({ maxBufferedMessages: 20, maxBufferedPerQueue: 10 }), url);
    const busy = host.open('busy');
    for (const name of numbered(10, 'unread')) {
      host.open(name);
      await rig.put(url, name, numbered(10));
    }
    await rig.put(url, 'busy', ['mine']);
    const found = await rig.runtime.run(rig.receive(busy, { waitMs: 20_000 }));
    expect(bodiesIn(found)).toEqual(['mine']);
    expect(host.unread.messages).toBeLessThanOrEqual(20);
  });

  test('is bounded by bytes as well', async () => {
    const host = hostOf(rig.process({ maxBufferedBytes: 10_000 }), url);
    const [busy, unread] = [host.open('busy'), host.open('unread')];
    await rig.put(
      url,
      'unread',
      Array.from({ length: 30 }, () => 'x'.repeat(5000)),
    );
    await rig.put(url, 'busy', ['mine']);
    const found = await rig.runtime.run(rig.receive(busy, { waitMs: 20_000 }));
    expect(bodiesIn(found)).toEqual(['mine']);
    // One receive may bring more than there was room for.
    expect(host.unread.bytes).toBeLessThanOrEqual(10_000 + 10 * 5100);
    expect(unread.unreadCount).toBeLessThan(30);
  });
});

describe('close', () => {
  test('gives back what nobody has read, and leaves readers what they have', async () => {
    const queues = rig.process();
    const host = hostOf(queues, url);
    const queue = host.open('a');
    await rig.put(url, 'a', ['1', '2', '3']);
    await rig.runtime.run(rig.receive(queue, { maxMessages: 1, waitMs: 1000 }));
    const waiting = rig.receive(host.open('b'), { waitMs: 20_000 });
    await rig.runtime.advance(10);
    await rig.runtime.run(queues.close());
    expect(await waiting).toEqual([]);
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 1 });
    await rig.runtime.advance(VISIBILITY_MS);
    expect(await rig.left(url)).toEqual({ visible: 3, inFlight: 0 });
  });

  test('is over within 10 s though the service answers nothing', async () => {
    const queues = rig.process();
    const queue = hostOf(queues, url).open('a');
    await rig.put(url, 'a', ['1', '2', '3']);
    await rig.runtime.run(rig.receive(queue, { maxMessages: 1, waitMs: 1000 }));
    const startedMs = rig.runtime.monotonicMs();
    rig.faults.changeVisibilityBatch = async () => new Promise(() => undefined);
    await rig.runtime.run(queues.close());
    expect(rig.runtime.monotonicMs() - startedMs).toBeLessThanOrEqual(10_000);
  });
});

type Step =
  | { readonly kind: 'send'; readonly queue: number; readonly count: number }
  | {
      readonly kind: 'receive';
      readonly queue: number;
      readonly max: number;
      readonly waitMs: number;
    }
  | { readonly kind: 'pass'; readonly ms: number };

const QUEUES = ['a', 'b', 'c'];
const queue = fc.nat(QUEUES.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), queue, count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    kind: fc.constant('receive' as const),
    queue,
    max: fc.integer({ min: 1, max: 10 }),
    waitMs: fc.constantFrom(0, 1000, 20_000),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(10, 5000, 45_000) }),
);

test('X2, X3: whatever is sent and read, each message reaches its own virtual queue once, in order if that is kept, and memory is bounded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, fifo) => {
      const own = openVirtualQueueRig();
      const hostUrl = await own.makeHost(fifo ? 'h.fifo' : 'h');
      const host = hostOf(own.process({ maxBufferedMessages: 8, maxBufferedPerQueue: 4 }), hostUrl);
      const queues = QUEUES.map((name) => host.open(name));
      const sent = new Set<string>();
      const read = async (at: number, max: number, waitMs: number): Promise<void> => {
        const name = QUEUES[at]!;
        const options = { maxMessages: max, waitMs };
        const found = await own.runtime.run(own.receive(queues[at]!, options));
        expect(found.length).toBeLessThanOrEqual(max);
        for (const { message } of found) {
          const own = [...sent].filter((body) => body.startsWith(`${name}:`));
          if (fifo) expect(message.body).toBe(own[0]);
          else expect(own).toContain(message.body);
          expect(sent.delete(message.body)).toBe(true);
        }
        await own.delete(host, found);
      };
      for (const [turn, each] of steps.entries()) {
        if (each.kind === 'pass') await own.runtime.advance(each.ms);
        else if (each.kind === 'receive') await read(each.queue, each.max, each.waitMs);
        else {
          const name = QUEUES[each.queue]!;
          const bodies = numbered(each.count, `${name}:${turn}-`);
          for (const body of bodies) sent.add(body);
          await own.put(hostUrl, name, bodies);
        }
        expect(host.unread.messages).toBeLessThanOrEqual(8);
        for (const { unreadCount } of queues) expect(unreadCount).toBeLessThanOrEqual(4);
      }
      for (let turn = 0; turn < 2000 && sent.size > 0; turn += 1) {
        for (const at of queues.keys()) await read(at, 10, 20_000);
      }
      expect([...sent]).toEqual([]);
      await own.close();
    }),
    { numRuns: 60 },
  );
});
