// Schedules in every process of a fleet: each tick is recorded once.
import { sqliteReplyStore } from '@replyq/responder/sqlite';
import { createSchedule } from '@replyq/tasks';
import { createSeededRandom } from '@replyq/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { jobs, openFleet, type Fleet, type ProcessOptions } from './fleet-rig.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let fleet: Fleet | undefined;

afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
});

/** The ticks of minutes `from` to `to`, past midnight. */
function ticks(from: number, to: number): readonly string[] {
  const start = Date.UTC(2026, 0, 1);
  return Array.from({ length: to - from + 1 }, (_, at) =>
    new Date(start + (from + at) * MINUTE_MS).toISOString().slice(11, 19),
  );
}

async function five(
  queue: 'jobs' | 'jobs.fifo',
  options: (at: number) => ProcessOptions,
): Promise<Fleet> {
  fleet = await openFleet(queue);
  for (let at = 0; at < 5; at += 1) fleet.join(options(at));
  return fleet;
}

describe.each(['jobs', 'jobs.fifo'] as const)('five processes over %s', (queue) => {
  test('each enqueue each tick, and it runs once', async () => {
    const { ran, runtime } = await five(queue, () => ({}));
    await runtime.advance(HOUR_MS + 10_000);
    expect(ran).toEqual(ticks(1, 60));
  });

  test('with a lease one of them enqueues it', async () => {
    const { events, ran, runtime } = await five(queue, () => ({ lease: fleet!.store }));
    await runtime.advance(HOUR_MS + 10_000);
    expect(ran).toEqual(ticks(1, 60));
    expect(events.filter(({ kind }) => kind === 'tickEnqueued')).toHaveLength(60);
  });

  test('whose clocks differ by minutes still run each tick once', async () => {
    const skews = [-110_000, -45_000, 0, 30_000, 110_000];
    for (const lease of [false, true]) {
      const { ran, runtime } = await five(queue, (at) => ({
        wallOffsetMs: skews[at] ?? 0,
        ...(lease ? { lease: fleet!.store } : {}),
      }));
      await runtime.advance(HOUR_MS + 120_000);
      // But for those at the start and at the end, which some clocks had not shown or had passed.
      expect(ran).toEqual(expect.arrayContaining([...ticks(3, 59)]));
      expect(new Set(ran).size).toBe(ran.length);
      await fleet?.close();
    }
    fleet = undefined;
  });
});

describe('a process that dies', () => {
  test.each(['before', 'after'] as const)(
    'as it enqueues, %s the task has left: another takes over, and the tick runs once',
    async (moment) => {
      fleet = await openFleet();
      const { events, ran, runtime, store } = fleet;
      const first = fleet.join({ lease: store, everyMs: HOUR_MS });
      const second = fleet.join({ lease: store, everyMs: HOUR_MS });
      for (const process of [first, second])
        process.onEnqueue = (now) => {
          // Only the first that comes here.
          if (now === moment && first.enqueues + second.enqueues === 1) process.kill();
        };
      await runtime.advance(HOUR_MS + 29_000);
      expect(first.enqueues + second.enqueues).toBe(1);
      expect(events).toEqual([]);
      // Its lease has run out.
      await runtime.advance(2000);
      expect(first.enqueues).toBe(1);
      expect(second.enqueues).toBe(1);
      expect(ran).toEqual(ticks(60, 60));
      expect(events).toMatchObject([{ kind: 'tickEnqueued' }]);
    },
  );

  test('before a tick that nobody else has: it runs when the process is there again, once', async () => {
    fleet = await openFleet();
    const { ran, runtime, store } = fleet;
    const options = {
      lease: store,
      everyMs: HOUR_MS,
      lateMs: HOUR_MS / 2,
      catchUp: 'last',
    } as const;
    await runtime.advance(HOUR_MS / 2);
    const first = fleet.join(options);
    await runtime.advance(HOUR_MS / 2 - 1000);
    first.kill();
    await runtime.advance(20 * MINUTE_MS);
    expect(ran).toEqual([]);
    fleet.join(options);
    await runtime.advance(1000);
    expect(ran).toEqual(ticks(60, 60));
    // And so on with each start, as when it is deployed.
    fleet.join(options);
    await runtime.advance(1000);
    expect(ran).toEqual(ticks(60, 60));
  });

  test('that is closed instead leaves its tick to the others at once', async () => {
    fleet = await openFleet();
    const { ran, runtime, store } = fleet;
    const first = fleet.join({ lease: store, everyMs: HOUR_MS });
    first.onEnqueue = () => {
      throw new Error('no network');
    };
    await runtime.advance(HOUR_MS);
    const second = fleet.join({ lease: store, everyMs: HOUR_MS, catchUp: 'last' });
    await runtime.advance(300);
    expect(second.enqueues).toBe(0);
    await runtime.run(first.schedule.close());
    await runtime.advance(1000);
    expect(second.enqueues).toBe(1);
    expect(ran).toEqual(ticks(60, 60));
  });
});

describe('processes that come and die at any moment', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'seed %i: each tick runs once, as long as one lives on',
    async (seed) => {
      const random = createSeededRandom(seed, 'fleet');
      fleet = await openFleet(seed % 2 === 0 ? 'jobs' : 'jobs.fifo');
      const { ran, runtime, store } = fleet;
      let deaths = 0;
      const joinOne = (): void => {
        const process = fleet!.join({ lease: store });
        let left = 1 + Math.floor(random() * 6);
        process.onEnqueue = () => {
          left -= 1;
          if (left > 0) return;
          deaths += 1;
          process.kill();
        };
      };
      // Behind the others, so that it is they who claim.
      fleet.join({ lease: store, wallOffsetMs: -500 });
      for (let minute = 1; minute <= 30; minute += 1) {
        for (let others = 0; others < 2; others += 1) if (random() < 0.7) joinOne();
        await runtime.advance(MINUTE_MS);
      }
      // Some may wait for the leases of several dead, one after the other.
      await runtime.advance(240_000);
      expect(ran).toEqual(expect.arrayContaining([...ticks(1, 30)]));
      expect(new Set(ran).size).toBe(ran.length);
      expect(deaths).toBeGreaterThan(3);
    },
  );
});

test('the lease may be a file', async () => {
  fleet = await openFleet();
  const { events, ran, runtime } = fleet;
  const directory = mkdtempSync(join(tmpdir(), 'replyq-'));
  const stores = Array.from({ length: 3 }, () =>
    sqliteReplyStore({ file: join(directory, 'ticks.db'), runtime }),
  );
  for (const lease of stores) fleet.join({ lease });
  await runtime.advance(10 * MINUTE_MS + 10_000);
  expect(ran).toEqual(ticks(1, 10));
  expect(events.filter(({ kind }) => kind === 'tickEnqueued')).toHaveLength(10);
  await fleet.close();
  fleet = undefined;
  for (const store of stores) store.close();
  rmSync(directory, { recursive: true });
});

test('the task of a requester is taken as it is', async () => {
  fleet = await openFleet();
  const { ran, requester, runtime } = fleet;
  const { sweep } = requester.tasks(jobs);
  const schedule = createSchedule({ name: 's', task: sweep, input: 'x', everyMs: 60_000, runtime });
  schedule.start();
  await runtime.advance(2 * MINUTE_MS);
  expect(ran).toEqual(['x', 'x']);
  await runtime.run(schedule.close());
});

test('a process that hears of its claim when it has run out gives it back, and sends nothing', async () => {
  fleet = await openFleet();
  const { ran, runtime, store } = fleet;
  const slow = fleet.join({ lease: store, everyMs: HOUR_MS });
  await runtime.advance(HOUR_MS - 1);
  let go: () => void = () => {};
  const claim = store.claim.bind(store);
  let claims = 0;
  store.claim = (request) => {
    const answer = claim(request);
    claims += 1;
    // Its answer reaches the first process when the second is done.
    return claims === 1 ? new Promise((resolve) => (go = () => resolve(answer))) : answer;
  };
  await runtime.advance(1);
  const quick = fleet.join({ lease: store, everyMs: HOUR_MS, catchUp: 'last' });
  await runtime.advance(31_000);
  expect([slow.enqueues, quick.enqueues]).toEqual([0, 1]);
  go();
  await runtime.advance(5 * MINUTE_MS);
  expect([slow.enqueues, quick.enqueues]).toEqual([0, 1]);
  expect(ran).toEqual(ticks(60, 60));
});
