import { memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { resolvePolling } from './polling-options.ts';
import { createWorkerPool } from './worker-pool.ts';
import { jobs, openWorkers, type WorkersRig } from './testing/workers-rig.ts';

let rig: WorkersRig;

beforeEach(() => {
  rig = openWorkers();
});

afterEach(async () => {
  await rig.close();
  expect(rig.world.runtime.timerCount()).toBe(0);
});

/** The most that began within any second. */
function mostInASecond(): number {
  const times = rig.began.map(({ atMs }) => atMs);
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length),
  );
}

describe('a rate of ten a second', () => {
  const rateLimit = { limit: 10, perMs: 1000 };

  test('lets ten begin in any second, calls and tasks alike, and no fewer', async () => {
    await rig.enqueue('alpha', 30, 300);
    const calls = Array.from({ length: 30 }, () => rig.ask('alpha', 5));
    await rig.work('alpha', { rateLimit });
    await rig.world.runtime.run(Promise.all(calls));
    await rig.world.runtime.advance(1000);
    expect(rig.began).toHaveLength(60);
    expect(mostInASecond()).toBe(10);
    expect(rig.began.at(-1)?.atMs).toBeLessThan(5100);
  });

  test('leaves in the queue what may not begin, and does not ask for it', async () => {
    await rig.enqueue('alpha', 30, 5);
    await rig.work('alpha', { rateLimit });
    await rig.world.runtime.advance(10);
    const receives = rig.receives();
    await rig.world.runtime.advance(900);
    expect(rig.began).toHaveLength(10);
    expect(await rig.left('alpha')).toEqual({ visible: 20, inFlight: 0 });
    expect(rig.receives()).toBe(receives);
  });

  test('does not keep a close or a drain waiting', async () => {
    await rig.enqueue('alpha', 30, 5);
    const one = await rig.work('alpha', { rateLimit: { limit: 1, perMs: 3_600_000 } });
    await rig.world.runtime.advance(100);
    const beforeMs = rig.world.runtime.monotonicMs();
    await rig.world.runtime.run(one.drain());
    expect(rig.world.runtime.monotonicMs() - beforeMs).toBeLessThan(1000);
    expect(await rig.left('alpha')).toEqual({ visible: 29, inFlight: 0 });
  });

  const seldom = { limit: 2, perMs: 3_600_000 };

  test.each([
    ['a responder', () => ({ rateLimit: seldom })],
    ['a responder in a pool', () => ({ pool: createWorkerPool(), rateLimit: seldom })],
    ['a pool', () => ({ pool: createWorkerPool({ rateLimit: seldom }) })],
  ])('of %s is not used up by what has expired', async (_, options) => {
    await rig.world.service.createQueue({ name: 'alpha' });
    const late = Array.from({ length: 50 }, () => rig.ask('alpha', 5, 1000));
    await rig.world.runtime.advance(3000);
    expect(new Set(await Promise.all(late))).toEqual(new Set(['TIMEOUT']));
    await rig.work('alpha', options());
    const calls = [rig.ask('alpha', 5), rig.ask('alpha', 5)];
    expect(await rig.world.runtime.run(Promise.all(calls))).toEqual([5, 5]);
    expect(await rig.world.runtime.run(rig.ask('alpha', 5))).toBe('TIMEOUT');
    expect(rig.began).toHaveLength(2);
  });

  test.each([
    ['a responder', () => ({ rateLimit: seldom })],
    ['a responder in a pool', () => ({ pool: createWorkerPool(), rateLimit: seldom })],
    ['a pool', () => ({ pool: createWorkerPool({ rateLimit: seldom }) })],
  ])('of %s is not used up by a repeat, neither while it waits nor after', async (_, options) => {
    const { requester, runtime, service } = rig.world;
    const repeated = vi.spyOn(service, 'sendBatch');
    await rig.work('alpha', options());
    const { ask } = requester.client(jobs, { queue: 'alpha' });
    const first = ask(20_000, { timeoutMs: 60_000 });
    await runtime.advance(1000);
    const [request] = repeated.mock.calls[0] ?? [];
    if (request === undefined) throw new Error('Nothing was sent.');
    await runtime.run(service.sendBatch(request));
    await runtime.advance(1000);
    const beforeMs = runtime.monotonicMs();
    expect(await runtime.run(rig.ask('alpha', 5))).toBe(5);
    expect(runtime.monotonicMs() - beforeMs).toBeLessThan(1000);
    await runtime.run(first);
    expect(await runtime.run(rig.ask('alpha', 5))).toBe('TIMEOUT');
    expect(rig.began).toHaveLength(2);
  });

  test('is kept by what shares a message, which waits in it', async () => {
    const { runtime, service } = rig.world;
    const packing = { framesPerMessage: 8 };
    const transport = memoryTransport({ service, runtime, packing });
    const requester = createRequester({ transport });
    await service.createQueue({ name: 'alpha' });
    await runtime.run(
      requester
        .tasks(jobs, { queue: 'alpha' })
        .brief.enqueueMany(Array.from({ length: 8 }, () => ({ input: 5 }))),
    );
    expect(await rig.left('alpha')).toEqual({ visible: 1, inFlight: 0 });
    await rig.work('alpha', { rateLimit: { limit: 3, perMs: 10_000 } });
    await runtime.advance(15_000);
    expect(await rig.left('alpha')).toEqual({ visible: 0, inFlight: 1 });
    await runtime.advance(10_000);
    expect(rig.began.map(({ atMs, attempt }) => [Math.floor(atMs / 10_000), attempt])).toEqual(
      [0, 0, 0, 1, 1, 1, 2, 2].map((window) => [window, 1]),
    );
    expect(await rig.left('alpha')).toEqual({ visible: 0, inFlight: 0 });
    await runtime.run(requester.close());
    await runtime.run(transport.close());
  });
});

test.each([
  ['of the responder', () => ({ rateLimit: { limit: 3, perMs: 1000 } })],
  ['of its pool', () => ({ pool: createWorkerPool({ rateLimit: { limit: 3, perMs: 1000 } }) })],
  [
    'of both',
    () => ({
      pool: createWorkerPool({ rateLimit: { limit: 3, perMs: 1000 } }),
      rateLimit: { limit: 5, perMs: 1000 },
    }),
  ],
])('callers may put no more into a message than a rate %s lets begin', (_, options) => {
  expect(resolvePolling(options(), rig.world.runtime).packs).toBe(3);
});

test.each([
  [{ limit: 0, perMs: 1000 }, 'rateLimit.limit is 0: expected an integer from 1 to 100000.'],
  [{ limit: 1.5, perMs: 1000 }, 'rateLimit.limit is 1.5: expected an integer from 1 to 100000.'],
  [
    { limit: Number.NaN, perMs: 1 },
    'rateLimit.limit is NaN: expected an integer from 1 to 100000.',
  ],
  [{ perMs: 1 }, 'rateLimit.limit is undefined: expected an integer from 1 to 100000.'],
  [{ limit: 1, perMs: 0 }, 'rateLimit.perMs is 0: expected 1 to 3600000.'],
  [{ limit: 1, perMs: -5 }, 'rateLimit.perMs is -5: expected 1 to 3600000.'],
  [{ limit: 1, perMs: Infinity }, 'rateLimit.perMs is Infinity: expected 1 to 3600000.'],
  [{ limit: 1 }, 'rateLimit.perMs is undefined: expected 1 to 3600000.'],
  [null, 'rateLimit is null: expected { limit, perMs }.'],
  [100, 'rateLimit is 100: expected { limit, perMs }.'],
])('a rate of %o is refused before anything is sent', (rateLimit, message) => {
  expect(() => rig.make('alpha', { rateLimit })).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message }),
  );
  expect(rig.world.events).toEqual([]);
});
