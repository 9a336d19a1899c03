import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RateLimit } from './rate-window.ts';
import { openPool, type FakeQueue, type PoolRig } from './testing/pool-rig.ts';

/** How many of the first `count` that began were of each queue. */
function shares(rig: PoolRig, queues: readonly FakeQueue[], count: number): number[] {
  const begins = rig.begins.slice(0, count);
  return queues.map((queue) => begins.filter((one) => one.queue === queue).length);
}

/** The most handlers that began within any `perMs`, of one queue or of all. */
function mostWithin(rig: PoolRig, perMs: number, queue?: FakeQueue): number {
  const times = rig.begins
    .filter((one) => one.ran && (queue === undefined || one.queue === queue))
    .map(({ atMs }) => atMs);
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + perMs).length),
  );
}

async function stopAll({ runtime }: PoolRig, queues: readonly FakeQueue[]): Promise<void> {
  const stopping = Promise.all(queues.map((own) => own.stop()));
  await runtime.advance(30_000);
  await stopping;
}

/** All that was promised or held is back: one newcomer may ask for every slot. */
function expectNoLeak(rig: PoolRig, slots = rig.shared.size): void {
  expect(rig.shared).toMatchObject({ running: 0, freeSlots: rig.shared.size, waiting: 0 });
  const newcomer = rig.queue({ name: 'newcomer' });
  newcomer.place.enter(newcomer);
  expect(rig.shared.spare).toBe(slots);
  newcomer.place.leave();
  expect(rig.runtime.timerCount()).toBe(0);
}

const queue = fc.record({
  weight: fc.integer({ min: 1, max: 5 }),
  priority: fc.integer({ min: 0, max: 2 }),
  tripMs: fc.integer({ min: 1, max: 30 }),
  limit: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  // One in ten is longer than anything may wait for its turn.
  runsMs: fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 400 }) },
      { weight: 1, arbitrary: fc.integer({ min: 11_000, max: 12_000 }) },
    ),
    { minLength: 1, maxLength: 5 },
  ),
  bursts: fc.array(fc.record({ atMs: fc.nat(30_000), count: fc.integer({ min: 1, max: 30 }) }), {
    maxLength: 6,
  }),
  leavesAtMs: fc.option(fc.nat(30_000), { nil: undefined }),
});

describe('whatever comes, whoever leaves', () => {
  const scene = fc.record({
    size: fc.integer({ min: 1, max: 8 }),
    limit: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    queues: fc.array(queue, { minLength: 1, maxLength: 4 }),
  });

  test('S1, S4: no more run than there are slots, no more begin than the rates allow, all is begun, and no slot is lost', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ limit, queues, size }) => {
        const perMs = 500;
        const rig = openPool(size, limit === undefined ? undefined : { limit, perMs });
        const { runtime } = rig;
        const made = queues.map((one, index) => {
          let runs = 0;
          const own = rig.queue({
            ...one,
            name: String(index),
            rate: rig.rate(one.limit === undefined ? undefined : { limit: one.limit, perMs }),
            runMs: () => one.runsMs[(runs += 1) % one.runsMs.length] ?? 1,
          });
          own.start();
          for (const { atMs, count } of one.bursts) runtime.setTimer(atMs, () => own.send(count));
          if (one.leavesAtMs !== undefined) runtime.setTimer(one.leavesAtMs, () => void own.stop());
          return own;
        });
        await runtime.advance(10_000_000);
        for (const [index, one] of queues.entries()) {
          const sent = one.bursts.reduce((sum, { count }) => sum + count, 0);
          const own = made[index];
          // What was begun ended, and what was not is in the queue: none is lost, none ran twice.
          expect(own).toMatchObject({
            held: 0,
            begun: own?.done,
            visible: sent - (own?.done ?? 0),
          });
          expect(mostWithin(rig, perMs, own)).toBeLessThanOrEqual(one.limit ?? Infinity);
          if (one.leavesAtMs === undefined) expect(own?.done).toBe(sent);
        }
        expect(rig.most).toBeLessThanOrEqual(size);
        expect(mostWithin(rig, perMs)).toBeLessThanOrEqual(limit ?? Infinity);
        await stopAll(rig, made);
        expectNoLeak(rig, Math.min(size, limit ?? size));
      }),
      { numRuns: 60 },
    );
  });
});

describe('S2: while all have more than there are slots for', () => {
  const backlog = fc.record({
    size: fc.integer({ min: 1, max: 40 }),
    tripMs: fc.integer({ min: 1, max: 20 }),
    runMs: fc.integer({ min: 50, max: 500 }),
    weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }),
    seed: fc.nat(1000),
  });

  test('each gets its weight, give or take a receive', async () => {
    await fc.assert(
      fc.asyncProperty(backlog, async ({ runMs, seed, size, tripMs, weights }) => {
        const rig = openPool(size);
        let turn = seed;
        const queues = weights.map((weight, index) => {
          const runsMs = (): number => 1 + ((turn = (turn * 131 + 7) % 1009) % runMs);
          const own = rig.queue({ name: String(index), weight, tripMs, runMs: runsMs });
          own.send(4000);
          own.start();
          return own;
        });
        while (rig.begins.length < 800) await rig.runtime.advance(100);
        const all = weights.reduce((sum, weight) => sum + weight, 0);
        for (const [index, count] of shares(rig, queues, 800).entries()) {
          const due = (800 * (weights[index] ?? 0)) / all;
          expect(Math.abs(count - due)).toBeLessThanOrEqual(10 + 2 * size);
        }
        await stopAll(rig, queues);
        expectNoLeak(rig);
      }),
      { numRuns: 40 },
    );
  });
});

/** What is begun when `high` finds work every `everyMs`, over ten seconds, beside a queue of a lower priority. */
async function besideHigh(size: number, everyMs: number): Promise<PoolRig & { low: FakeQueue }> {
  const rig = openPool(size);
  const high = rig.queue({ name: 'high', runMs: () => 10 });
  const low = rig.queue({ name: 'low', priority: 1, runMs: () => 10 });
  low.send(100_000);
  high.start();
  low.start();
  for (let atMs = 0; atMs < 10_000; atMs += everyMs) rig.runtime.setTimer(atMs, () => high.send(1));
  await rig.runtime.advance(10_000);
  await stopAll(rig, [high, low]);
  return { ...rig, low };
}

describe('priority', () => {
  test('S2: a queue of a higher one is emptied before a lower one gets anything', async () => {
    const rig = openPool(4);
    const low = rig.queue({ name: 'low', priority: 1, runMs: () => 20 });
    const high = rig.queue({ name: 'high', runMs: () => 20 });
    low.send(100);
    high.send(100);
    low.start();
    high.start();
    await rig.runtime.advance(3000);
    const order = rig.begins.map(({ queue }) => queue.name);
    // The first ones begin before anybody knows what there is.
    expect(order.slice(0, 104).filter((name) => name === 'low').length).toBeLessThanOrEqual(4);
    expect(order.lastIndexOf('high')).toBeLessThan(104);
    expect(order).toHaveLength(200);
    await stopAll(rig, [low, high]);
  });

  test('what comes to a higher one waits for one handler, however much the lower one has', async () => {
    const rig = openPool(2);
    const high = rig.queue({ name: 'high' });
    const low = rig.queue({ name: 'low', priority: 1, runMs: () => 500 });
    low.send(1000);
    high.start();
    low.start();
    let sentMs = 0;
    const waits: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      await rig.runtime.advance(1713);
      sentMs = rig.runtime.monotonicMs();
      high.send(1);
      await rig.runtime.advance(700);
      const begun = rig.begins.findLast(({ queue }) => queue === high);
      waits.push((begun?.atMs ?? Infinity) - sentMs);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(510);
    await stopAll(rig, [high, low]);
  });

  test('a slot is for a higher one that waits to be asked, before it is for what a lower one has received', async () => {
    const rig = openPool(1);
    const high = rig.queue({ name: 'high' });
    const long = rig.queue({ name: 'long', priority: 1, runMs: () => 25_000 });
    const low = rig.queue({ name: 'low', priority: 1, runMs: () => 5000 });
    high.start();
    long.start();
    await rig.runtime.advance(15_000);
    low.start();
    await rig.runtime.advance(1000);
    long.send(1);
    // The receive of the higher one has ended, and no slot is free to ask again; that of the lower one is open.
    await rig.runtime.advance(18_000);
    high.send(1);
    low.send(1);
    await rig.runtime.advance(8000);
    expect(rig.begins.map(({ queue }) => queue.name)).toEqual(['long', 'high', 'low']);
    await stopAll(rig, [high, long, low]);
    expectNoLeak(rig);
  });

  test('one that is asked all the time leaves the lower ones what it does not use', async () => {
    // One slot does some 90 in a second; the higher one needs half a slot, and is kept a few.
    expect((await besideHigh(16, 20)).low.done).toBeGreaterThan(12 * 900);
    expect((await besideHigh(4, 20)).low.done).toBeGreaterThan(900);
    // With a single slot it takes pauses of more than 100 ms.
    expect((await besideHigh(1, 300)).low.done).toBeGreaterThan(400);
  });
});

describe('S2, S4: an idle queue', () => {
  test('leaves its share to the others, and saves up nothing', async () => {
    const rig = openPool(4);
    const idle = rig.queue({ name: 'idle', weight: 3, runMs: () => 10 });
    const busy = rig.queue({ name: 'busy', runMs: () => 10 });
    busy.send(100_000);
    idle.start();
    busy.start();
    await rig.runtime.advance(60_000);
    // Of 4 slots at 10 ms a handler and 1 ms of way; a slot is kept for the idle one for 100 ms in 20 s.
    expect(busy.done).toBeGreaterThan(15_000);
    idle.send(100_000);
    const before = rig.begins.length;
    await rig.runtime.advance(5000);
    const since = rig.begins.slice(before, before + 400);
    const share = since.filter(({ queue }) => queue === idle).length;
    expect(share).toBeGreaterThan(280);
    expect(share).toBeLessThan(320);
    await stopAll(rig, [idle, busy]);
  });

  test('is asked three times a minute, whether the others are busy or not', async () => {
    for (const load of [0, 100_000]) {
      const rig = openPool(2);
      const idle = rig.queue({ name: 'idle' });
      const busy = rig.queue({ name: 'busy', runMs: () => 100 });
      busy.send(load);
      idle.start();
      busy.start();
      await rig.runtime.advance(600_000);
      expect(idle.receives).toBeLessThanOrEqual(31);
      expect(idle.receives).toBeGreaterThanOrEqual(29);
      await stopAll(rig, [idle, busy]);
    }
  });
});

describe('S5: queues that are asked again and again, and have nothing,', () => {
  interface Idle {
    readonly title: string;
    readonly size: number;
    readonly count: number;
    readonly waitMs: number;
    readonly priority: number;
    readonly limit?: RateLimit;
  }

  /** Each finds one request first, so that the length of a trip is known, and then nothing for a minute. */
  async function besideIdle(
    { count, limit, priority, size, waitMs }: Idle,
    tripMs = 150,
  ): Promise<PoolRig & { readonly idle: FakeQueue[]; readonly busy: FakeQueue }> {
    const rig = openPool(size, limit);
    const idle = Array.from({ length: count }, (_, index) => {
      const own = rig.queue({ name: String(index), priority: 1, tripMs, waitMs });
      own.send(1);
      return own;
    });
    const busy = rig.queue({ name: 'busy', priority, tripMs, waitMs });
    for (const own of [...idle, busy]) own.start();
    await rig.runtime.advance(60_000);
    return { ...rig, idle, busy };
  }

  const even = { limit: 1, perMs: 10 };

  test.each<Idle>([
    { title: 'of its priority', size: 1, count: 2, waitMs: 1000, priority: 1 },
    { title: 'of a higher priority', size: 1, count: 2, waitMs: 1000, priority: 2 },
    { title: 'of one rate', size: 64, count: 2, waitMs: 1000, priority: 1, limit: even },
    { title: 'more than their waits are long', size: 1, count: 24, waitMs: 20_000, priority: 2 },
  ])('$title, leave a backlog most of the time', async (scene) => {
    const rig = await besideIdle(scene);
    const { busy, idle, runtime } = rig;
    busy.send(100_000);
    await runtime.advance(60_000);
    const before = busy.done;
    await runtime.advance(60_000);
    // A slot does some six a second, a receive for each.
    expect(busy.done - before).toBeGreaterThan(200);
    await stopAll(rig, [...idle, busy]);
    expectNoLeak(rig, scene.limit?.limit);
  });

  test.each([1, 2])(
    'are served soon when one gets something, beside a backlog of priority %d',
    async (priority) => {
      const scene = { title: '', size: 1, count: 2, waitMs: 1000, priority };
      const rig = await besideIdle(scene);
      const { busy, idle, runtime } = rig;
      busy.send(100_000);
      const waits: number[] = [];
      for (let round = 0; round < 40; round += 1) {
        const own = idle[round % 2];
        await runtime.advance(3713 + 77 * round);
        const sentMs = runtime.monotonicMs();
        own?.send(1);
        await runtime.advance(10_000);
        waits.push((rig.begins.findLast(({ queue }) => queue === own)?.atMs ?? 0) - sentMs);
      }
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...waits)).toBeLessThan(5000);
      await stopAll(rig, [...idle, busy]);
      expectNoLeak(rig);
    },
  );
});

describe('S3: what is received while every slot is taken', () => {
  test('waits here, is begun first when a slot is free, and is put back after ten seconds', async () => {
    const rig = openPool(2);
    const late = rig.queue({ name: 'late' });
    const long = rig.queue({ name: 'long', runMs: () => 25_000 });
    late.start();
    await rig.runtime.advance(1000);
    long.send(2);
    long.start();
    await rig.runtime.advance(1000);
    expect(rig.shared).toMatchObject({ running: 2 });
    late.send(1);
    await rig.runtime.advance(9000);
    expect(late).toMatchObject({ visible: 0, held: 1, begun: 0, putBacks: 0 });
    expect(rig.shared.waiting).toBe(1);
    await rig.runtime.advance(1002);
    expect(late).toMatchObject({ visible: 1, held: 0, begun: 0, putBacks: 1 });
    // It is not received again before there is a slot for it.
    await rig.runtime.advance(12_000);
    expect(late).toMatchObject({ begun: 0, putBacks: 1 });
    await rig.runtime.advance(3000);
    expect(late).toMatchObject({ visible: 0, done: 1, putBacks: 1 });
    await stopAll(rig, [late, long]);
    expectNoLeak(rig);
  });

  test('is put back once, though sums of fractions of a millisecond are not exact', async () => {
    for (let round = 1; round <= 60; round += 1) {
      const rig = openPool(1);
      const { runtime } = rig;
      const { setTimer } = runtime;
      let set = 0;
      runtime.setTimer = (delayMs, fire) => {
        if ((set += 1) > 100) throw new Error('A timer is set again and again.');
        return setTimer(delayMs, fire);
      };
      const late = rig.queue({ name: 'late' });
      const long = rig.queue({ name: 'long', runMs: () => 25_000 });
      late.start();
      await runtime.advance(1000 + 0.37 * round);
      long.send(1);
      long.start();
      await runtime.advance(1000 + 0.1 * round);
      late.send(1);
      await runtime.advance(11_000);
      expect(late).toMatchObject({ begun: 0, putBacks: 1 });
      await stopAll(rig, [late, long]);
      expectNoLeak(rig);
    }
  });

  test('is put back together with the slot that was promised for it', async () => {
    const rig = openPool(1);
    const long = rig.queue({ name: 'long', runMs: () => 25_000 });
    const late = rig.queue({ name: 'late', tripMs: 50 });
    long.start();
    await rig.runtime.advance(1000);
    late.start();
    await rig.runtime.advance(10);
    // Takes the slot that is promised to the other one, whose receive is under way.
    long.send(1);
    late.send(1);
    await rig.runtime.advance(12_000);
    expect(late).toMatchObject({ begun: 0, putBacks: 1 });
    await rig.runtime.advance(14_000);
    expect(late).toMatchObject({ done: 1, putBacks: 1 });
    await stopAll(rig, [late, long]);
    expectNoLeak(rig);
  });
});
