import { memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { createVirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkerPool } from './worker-pool.ts';
import { jobs, openWorkers, type WorkersRig } from './testing/workers-rig.ts';

let rig: WorkersRig;

beforeEach(() => {
  rig = openWorkers();
});

afterEach(async () => {
  await rig.close();
  expect(rig.running).toBe(0);
  expect(rig.world.runtime.timerCount()).toBe(0);
});

describe('two queues with more than the pool has slots for', () => {
  test('share the slots by weight, and never run more than there are', async () => {
    await rig.enqueue('alpha', 150, 100);
    await rig.enqueue('beta', 150, 100);
    const pool = createWorkerPool({ concurrency: 4 });
    await rig.work('alpha', { pool, weight: 3 });
    await rig.work('beta', { pool });
    await rig.world.runtime.advance(4000);
    expect(rig.share('alpha', 120)).toBeGreaterThanOrEqual(86);
    expect(rig.share('alpha', 120)).toBeLessThanOrEqual(94);
    await rig.world.runtime.advance(5000);
    expect(rig.began).toHaveLength(300);
    expect(rig.most).toBe(4);
    expect(pool.health()).toEqual({ runningHandlers: 0, freeSlots: 4, waiting: 0 });
  });

  test('give way to the one of the higher priority', async () => {
    await rig.enqueue('urgent', 60, 100);
    await rig.enqueue('later', 60, 100);
    const pool = createWorkerPool({ concurrency: 4 });
    await rig.work('later', { pool, priority: 1 });
    await rig.work('urgent', { pool });
    await rig.world.runtime.advance(4000);
    // What `later` had begun before `urgent` was there.
    expect(rig.share('later', 64)).toBeLessThanOrEqual(8);
    expect(rig.began).toHaveLength(120);
  });
});

describe('two queues far away, each read by several receives at once,', () => {
  async function workLong(options: readonly object[]): Promise<number[]> {
    await rig.close();
    rig = openWorkers(150);
    const pool = createWorkerPool({ concurrency: 64 });
    for (const queue of ['alpha', 'beta']) await rig.enqueue(queue, 1200, 3000);
    await rig.work('alpha', { pool, ...options[0] });
    await rig.work('beta', { pool, ...options[1] });
    await rig.world.runtime.advance(15_000);
    const before = rig.began.length;
    await rig.world.runtime.advance(30_000);
    const since = rig.began.slice(before).filter(({ queue }) => queue === 'alpha').length;
    return [since, rig.began.length - before - since];
  }

  test('share the slots by weight', async () => {
    const [alpha = 0, beta = 0] = await workLong([{ weight: 10 }, {}]);
    expect(alpha + beta).toBeGreaterThan(500);
    // Give or take a receive.
    expect(Math.abs(beta - (alpha + beta) / 11)).toBeLessThanOrEqual(10);
  });

  test('give way to the one of the higher priority', async () => {
    const [alpha = 0, beta] = await workLong([{}, { priority: 1 }]);
    expect(alpha).toBeGreaterThan(500);
    expect(beta).toBe(0);
  });
});

test('what comes one by one to a queue of a higher priority leaves the lower one most of the slots it does not use', async () => {
  await rig.close();
  rig = openWorkers(20);
  const pool = createWorkerPool({ concurrency: 16 });
  await rig.enqueue('low', 2000, 100);
  await rig.work('high', { pool });
  await rig.work('low', { pool, priority: 1 });
  const { requester, runtime } = rig.world;
  const urgent = requester.tasks(jobs, { queue: 'high' });
  const begunBefore = rig.began.length;
  for (let sent = 0; sent < 500; sent += 1) {
    void urgent.run.enqueue(100);
    await runtime.advance(20);
  }
  const begun = rig.began.slice(begunBefore);
  const low = begun.filter(({ queue }) => queue === 'low').length;
  expect(begun.length - low).toBeGreaterThan(480);
  // Of some 1600 in all. The higher one's receives that are under way keep a few slots.
  expect(low).toBeGreaterThan(400);
  await runtime.advance(10_000);
});

test('calls and tasks, rates of the pool and of one of its queues', async () => {
  await rig.enqueue('alpha', 40, 10);
  await rig.enqueue('beta', 40, 10);
  const pool = createWorkerPool({ concurrency: 8, rateLimit: { limit: 10, perMs: 1000 } });
  await rig.work('alpha', { pool, rateLimit: { limit: 3, perMs: 1000 } });
  await rig.work('beta', { pool });
  const call = rig.ask('beta', 10);
  await rig.world.runtime.advance(30_000);
  expect(await call).toBe(10);
  const within = (atMs: number, queue?: string): number =>
    rig.began.filter(
      (one) => one.atMs >= atMs && one.atMs < atMs + 1000 && (queue ?? one.queue) === one.queue,
    ).length;
  expect(Math.max(...rig.began.map(({ atMs }) => within(atMs)))).toBe(10);
  expect(Math.max(...rig.began.map(({ atMs }) => within(atMs, 'alpha')))).toBe(3);
  expect(rig.began).toHaveLength(81);
  // Ten a second as long as beta had any; then three.
  expect(rig.began.at(-1)?.atMs).toBeLessThan(15_000);
});

test('idle queues are asked three times a minute each, and none of them keeps a slot', async () => {
  const pool = createWorkerPool({ concurrency: 1 });
  for (const queue of ['a', 'b', 'c', 'd']) await rig.work(queue, { pool });
  await rig.world.runtime.advance(600_000);
  expect(rig.receives()).toBeLessThanOrEqual(4 * 31);
  const calls = ['a', 'b', 'c', 'd'].map((queue) => rig.ask(queue, 1000));
  const beganMs = rig.world.runtime.monotonicMs();
  expect(await rig.world.runtime.run(Promise.all(calls))).toEqual([1000, 1000, 1000, 1000]);
  expect(rig.world.runtime.monotonicMs() - beganMs).toBeLessThan(4100);
  expect(rig.most).toBe(1);
});

describe('when one of them', () => {
  test.each(['drain', 'close'] as const)(
    'is told to %s, the others go on with all slots',
    async (how) => {
      await rig.enqueue('alpha', 30, 100);
      await rig.enqueue('beta', 100, 100);
      const pool = createWorkerPool({ concurrency: 4 });
      const alpha = await rig.work('alpha', { pool });
      const beta = await rig.work('beta', { pool });
      await rig.world.runtime.advance(450);
      await rig.world.runtime.run(alpha[how]());
      const { visible } = await rig.left('alpha');
      expect(visible).toBeGreaterThan(15);
      expect(await rig.left('alpha')).toEqual({ visible, inFlight: 0 });
      const before = rig.began.length;
      await rig.world.runtime.advance(1000);
      const since = rig.began.slice(before);
      expect(since.every(({ queue }) => queue === 'beta')).toBe(true);
      expect(since.length).toBeGreaterThanOrEqual(40);
      expect(beta.health()).toMatchObject({ state: 'running', runningHandlers: 4, freeSlots: 0 });
      expect(alpha.health().runningHandlers).toBe(0);
    },
  );

  test('is made again, it has its share again', async () => {
    const pool = createWorkerPool({ concurrency: 2 });
    const first = await rig.work('alpha', { pool });
    await rig.work('beta', { pool });
    await rig.world.runtime.run(first.close());
    await rig.work('alpha', { pool });
    expect(await rig.world.runtime.run(rig.ask('alpha', 5))).toBe(5);
  });

  test('loses its queue, the others have all slots', async () => {
    const pool = createWorkerPool({ concurrency: 2 });
    await rig.work('alpha', { pool });
    await rig.work('beta', { pool });
    // Past the time for which a queue that was just made may not be there yet.
    await rig.world.runtime.advance(5000);
    const url = await rig.world.service.getQueueUrl({ name: 'alpha' });
    if (url.kind !== 'ok') throw new Error(url.error);
    await rig.world.service.deleteQueue(url);
    await rig.enqueue('beta', 50, 100);
    await rig.world.runtime.advance(3000);
    expect(rig.began).toHaveLength(50);
    expect(rig.most).toBe(2);
  });

  test('cannot be opened, it keeps nothing', async () => {
    const pool = createWorkerPool({ concurrency: 1 });
    const alpha = rig.make('alpha', { pool, create: false });
    await expect(alpha.start()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await rig.work('beta', { pool });
    expect(await rig.world.runtime.run(rig.ask('beta', 5))).toBe(5);
  });

  test('has handlers that never end, they give their slots back at their deadlines', async () => {
    const pool = createWorkerPool({ concurrency: 2 });
    const ask = (): Promise<number> => new Promise(() => {});
    const handlers = { run: () => {}, brief: () => {}, ask };
    await rig.work('stuck', { pool, handlers, graceMs: 10 });
    await rig.work('beta', { pool });
    const stuck = [rig.ask('stuck', 1, 1000), rig.ask('stuck', 1, 1000)];
    await rig.world.runtime.advance(100);
    expect(pool.health()).toMatchObject({ runningHandlers: 2, freeSlots: 0 });
    expect(await rig.world.runtime.run(Promise.all(stuck))).toEqual(['TIMEOUT', 'TIMEOUT']);
    expect(await rig.world.runtime.run(rig.ask('beta', 5))).toBe(5);
  });
});

test('a FIFO queue of a pool keeps its order, and lets the others go on', async () => {
  const { requester, runtime, service } = rig.world;
  await service.createQueue({ name: 'alpha.fifo', attributes: { fifo: true } });
  const done: number[] = [];
  const brief = ({ input }: { readonly input: number }): void => void done.push(input);
  const handlers = { run: () => {}, brief, ask: () => 1 };
  const pool = createWorkerPool({ concurrency: 3 });
  const tasks = requester.tasks(jobs, { queue: 'alpha.fifo' });
  const inputs = Array.from({ length: 20 }, (_, input) => ({ input, groupId: 'g' }));
  await runtime.run(tasks.brief.enqueueMany(inputs));
  await rig.enqueue('beta', 20, 100);
  await rig.work('alpha.fifo', { pool, handlers });
  await rig.work('beta', { pool });
  await runtime.advance(5000);
  expect(done).toEqual(inputs.map(({ input }) => input));
  expect(rig.began).toHaveLength(20);
});

test('what is put back for want of a slot has had no attempt', async () => {
  const pool = createWorkerPool({ concurrency: 1 });
  await rig.work('late', { pool });
  await rig.world.runtime.advance(1000);
  await rig.enqueue('long', 1, 25_000);
  await rig.work('long', { pool });
  await rig.world.runtime.advance(1000);
  await rig.enqueue('late', 1, 5);
  await rig.world.runtime.advance(9000);
  expect(pool.health()).toEqual({ runningHandlers: 1, freeSlots: 0, waiting: 1 });
  expect(await rig.left('late')).toEqual({ visible: 0, inFlight: 1 });
  await rig.world.runtime.advance(4000);
  expect(await rig.left('late')).toEqual({ visible: 1, inFlight: 0 });
  await rig.world.runtime.advance(15_000);
  expect(rig.began.at(-1)).toMatchObject({ queue: 'late', attempt: 1 });
  expect(await rig.left('late')).toEqual({ visible: 0, inFlight: 0 });
});

test('a call to a queue of the same pool, from its last slot, is refused instead of waiting for itself', async () => {
  const { runtime, transport } = rig.world;
  const pool = createWorkerPool({ concurrency: 1 });
  const codes: string[] = [];
  const requester = createRequester({ transport });
  const ask = async (): Promise<number> => {
    await requester
      .client(jobs, { queue: 'beta' })
      .ask(1)
      .catch((error: { code: string }) => codes.push(error.code));
    return 1;
  };
  await rig.work('alpha', { pool, handlers: { run: () => {}, brief: () => {}, ask } });
  await rig.work('beta', { pool });
  expect(await runtime.run(rig.ask('alpha', 1))).toBe(1);
  expect(codes).toEqual(['OVERLOADED']);
  await runtime.run(requester.close());
});

describe('bad options', () => {
  test.each([
    [{ concurrency: 0 }, 'concurrency is 0: expected an integer from 1 to 100000.'],
    [{ concurrency: Number.NaN }, 'concurrency is NaN: expected an integer from 1 to 100000.'],
    [
      { rateLimit: { limit: 0, perMs: 1000 } },
      'rateLimit.limit is 0: expected an integer from 1 to 100000.',
    ],
  ])('of a pool, %o, are refused', (options, message) => {
    expect(() => createWorkerPool(options)).toThrow(message);
  });

  const pool = createWorkerPool();

  test.each([
    [{ pool, weight: 0 }, 'weight is 0: expected 0.001 to 1000.'],
    [{ pool, weight: -1 }, 'weight is -1: expected 0.001 to 1000.'],
    [{ pool, weight: Number.NaN }, 'weight is NaN: expected 0.001 to 1000.'],
    [{ pool, weight: Infinity }, 'weight is Infinity: expected 0.001 to 1000.'],
    [{ pool, weight: '3' }, 'weight is "3": expected 0.001 to 1000.'],
    [{ pool, priority: -1 }, 'priority is -1: expected an integer from 0 to 1000.'],
    [{ pool, priority: 1.5 }, 'priority is 1.5: expected an integer from 0 to 1000.'],
    [{ pool, concurrency: 5 }, "`concurrency` is the `pool`'s: give it to createWorkerPool."],
    [{ weight: 2 }, '`weight` means nothing without a `pool`.'],
    [{ priority: 2 }, '`priority` means nothing without a `pool`.'],
    [{ pool: { concurrency: 4 } }, '`pool` was not made by createWorkerPool.'],
    [{ pool: 'mine' }, '`pool` was not made by createWorkerPool.'],
  ])('of a responder, %o, are refused before anything is sent', (options, message) => {
    expect(() => rig.make('alpha', options)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message }),
    );
    expect(rig.world.events).toEqual([]);
  });

  test('transports with clocks of their own are refused', () => {
    const shared = createWorkerPool();
    rig.make('alpha', { pool: shared });
    const transport = memoryTransport({ runtime: createVirtualRuntime() });
    expect(() => rig.make('beta', { pool: shared, transport })).toThrow('the same runtime');
  });
});
