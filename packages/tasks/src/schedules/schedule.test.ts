import { RpcError } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { atMinute, openScheduleRig, type ScheduleRig } from '../testing/schedule-rig.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import type { ScheduleOptions } from './schedule-options.ts';
import type { TickClaim, TickClaimRequest, TickLease } from './tick-lease.ts';

const MINUTE_MS = 60_000;
const NOT_SENT = new RpcError({ code: 'NOT_SENT', message: 'no network' });

let rig: ScheduleRig;
let open: Schedule[];

beforeEach(() => {
  rig = openScheduleRig();
  open = [];
});

afterEach(async () => {
  for (const schedule of open) await rig.runtime.run(schedule.close());
  expect(rig.runtime.timerCount()).toBe(0);
});

/** Each minute, unless the options say otherwise. */
function make(options: object = {}): Schedule {
  const { observer, runtime, task } = rig;
  const all = { name: 'sweep', task, everyMs: MINUTE_MS, runtime, observer, ...options };
  const schedule = createSchedule(all as unknown as ScheduleOptions<unknown>);
  open.push(schedule);
  return schedule;
}

function kinds(): readonly string[] {
  return rig.events.map(({ kind }) => kind);
}

/** The minutes of the ticks that were enqueued, in order. */
function minutes(): readonly number[] {
  return rig.enqueued.map(({ options }) => {
    const at = options.deduplicationId.split('@')[1] ?? '';
    return (Date.parse(at) - atMinute(0)) / MINUTE_MS;
  });
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

describe('one process', () => {
  test('enqueues at each tick, from its start on', async () => {
    await rig.runtime.advance(30_000);
    make({ input: { all: true }, options: { groupId: 'g' } }).start();
    await rig.runtime.advance(29_999);
    expect(rig.enqueued).toEqual([]);
    await rig.runtime.advance(1);
    await rig.runtime.advance(2 * MINUTE_MS);
    expect(minutes()).toEqual([1, 2, 3]);
    expect(rig.enqueued[0]).toEqual({
      input: { all: true },
      atMs: atMinute(1),
      options: {
        groupId: 'g',
        deduplicationId: 'tick:sweep@2026-01-01T00:01:00.000Z',
        signal: expect.any(AbortSignal),
      },
    });
    expect(rig.events[0]).toEqual({
      kind: 'tickEnqueued',
      schedule: 'sweep',
      atMs: atMinute(1),
      lateMs: 0,
      taskId: 'task-1',
    });
  });

  test('makes the input of the tick', async () => {
    make({ input: (tick: unknown) => tick }).start();
    await rig.runtime.advance(MINUTE_MS);
    const deduplicationId = 'tick:sweep@2026-01-01T00:01:00.000Z';
    expect(rig.enqueued[0]?.input).toEqual({
      schedule: 'sweep',
      atMs: atMinute(1),
      deduplicationId,
    });
  });

  test('waits for an input that takes its time', async () => {
    const input = async ({ atMs }: { readonly atMs: number }): Promise<unknown> => {
      await sleep(rig.runtime, 5000);
      return { atMs };
    };
    make({ input }).start();
    await rig.runtime.advance(MINUTE_MS + 5000);
    expect(rig.enqueued.map((one) => one.input)).toEqual([{ atMs: atMinute(1) }]);
  });

  test('tells the next tick, started or not', async () => {
    const schedule = make();
    expect(schedule.next()?.atMs).toBe(atMinute(1));
    await rig.runtime.advance(MINUTE_MS);
    expect(schedule.next()?.atMs).toBe(atMinute(2));
    expect(schedule.name).toBe('sweep');
  });

  test('waits for ticks that are further off than a timer can be, and looks at the clock meanwhile', async () => {
    const asked: number[] = [];
    const setTimer = rig.runtime.setTimer.bind(rig.runtime);
    rig.runtime.setTimer = (delayMs, fire, options) => {
      asked.push(delayMs);
      return setTimer(delayMs, fire, options);
    };
    const schedule = make({ everyMs: 40 * 86_400_000 });
    expect((schedule.next()?.atMs ?? 0) - atMinute(0)).toBeGreaterThan(86_400_000);
    schedule.start();
    await rig.runtime.advance(10 * MINUTE_MS);
    expect(asked).toEqual(Array.from({ length: 11 }, () => MINUTE_MS));
  });

  test('starts once, and not after it was closed', async () => {
    const schedule = make();
    schedule.start();
    schedule.start();
    await rig.runtime.advance(MINUTE_MS);
    expect(minutes()).toEqual([1]);
    await rig.runtime.run(schedule.close());
    expect(rig.runtime.timerCount()).toBe(0);
    expect(() => schedule.start()).toThrow('The schedule "sweep" was closed.');
    await rig.runtime.advance(10 * MINUTE_MS);
    expect(minutes()).toEqual([1]);
  });

  test('is not ended by what an enqueue or an input throws', async () => {
    rig.ends.push(new RpcError({ code: 'BAD_REQUEST', message: 'not JSON' }));
    make({ lateMs: 5000 }).start();
    await rig.runtime.advance(2 * MINUTE_MS);
    expect(minutes()).toEqual([2]);
    expect(kinds()).toEqual(['tickMissed', 'tickEnqueued']);
    expect(rig.events[0]).toMatchObject({
      atMs: atMinute(1),
      lastMs: atMinute(1),
      error: 'not JSON',
    });
    const input = (): never => {
      throw new Error('no input');
    };
    make({ name: 'other', lateMs: 5000, input }).start();
    await rig.runtime.advance(MINUTE_MS + 5000);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'tickMissed', error: 'no input' });
  });
});

describe('what could not be enqueued', () => {
  test('is tried again with the same id, later each time, until it is', async () => {
    const unknown = new RpcError({ code: 'SEND_UNKNOWN', message: 'no answer' });
    rig.ends.push(NOT_SENT, unknown, NOT_SENT);
    make().start();
    await rig.runtime.advance(MINUTE_MS + 10_000);
    expect(minutes()).toEqual([1]);
    expect(kinds()).toEqual(['tickRetried', 'tickRetried', 'tickRetried', 'tickEnqueued']);
    const pauses = rig.events.flatMap((event) => ('retryInMs' in event ? [event.retryInMs] : []));
    for (const [at, pauseMs] of pauses.entries()) {
      expect(pauseMs).toBeGreaterThanOrEqual(250 * 2 ** at);
      expect(pauseMs).toBeLessThanOrEqual(500 * 2 ** at);
    }
  });

  test('is given up when it is too late, and not before', async () => {
    rig.ends.push(...Array.from({ length: 100 }, () => NOT_SENT));
    make({ everyMs: 3_600_000, lateMs: 60_000 }).start();
    await rig.runtime.advance(3_600_000 + 59_999);
    expect(kinds()).not.toContain('tickMissed');
    await rig.runtime.advance(1);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'tickMissed', error: 'no network' });
    expect(rig.enqueued).toEqual([]);
  });

  test('and takes too long is withdrawn, and tried again', async () => {
    const asked: number[] = [];
    const enqueue = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> => {
      asked.push(rig.runtime.nowMs() - atMinute(60));
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(NOT_SENT)),
      );
    };
    make({ everyMs: 3_600_000, task: { enqueue }, lateMs: 45_000 }).start();
    await rig.runtime.advance(3_600_000 + MINUTE_MS);
    // 20 s each, but for the last, which ends when it is too late.
    expect(asked).toHaveLength(3);
    expect(asked[1]).toBeGreaterThanOrEqual(20_250);
    expect(asked[1]).toBeLessThanOrEqual(20_500);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'tickMissed' });
    expect(rig.runtime.timerCount()).toBe(1);
  });

  test('holds up no later tick', async () => {
    rig.ends.push(NOT_SENT);
    make({ everyMs: 1000, options: { timeoutMs: 100 } }).start();
    await rig.runtime.advance(3000);
    expect(rig.enqueued).toHaveLength(3);
    expect(new Set(rig.enqueued.map(({ options }) => options.deduplicationId)).size).toBe(3);
  });

  test('does not pile up past a thousand ticks', async () => {
    const enqueue = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(NOT_SENT)));
    make({ task: { enqueue }, everyMs: 1000, lateMs: 3_600_000 }).start();
    await rig.runtime.advance(1_000_000);
    expect(kinds()).not.toContain('tickMissed');
    await rig.runtime.advance(1000);
    expect(rig.events.at(-1)).toMatchObject({
      kind: 'tickMissed',
      error: '1000 ticks are under way.',
    });
  });
});

describe('a lease', () => {
  test('that another process has taken over meanwhile is not enqueued under', async () => {
    rig.ends.push(NOT_SENT);
    let claims = 0;
    const lease: TickLease = {
      ...rig.lease,
      claim: (request) => {
        claims += 1;
        return claims === 1 ? rig.lease.claim(request) : { kind: 'stored' };
      },
      renew: () => false,
    };
    make({ everyMs: 3_600_000, lease }).start();
    await rig.runtime.advance(3_600_000 + MINUTE_MS);
    expect(claims).toBe(2);
    expect(rig.enqueued).toEqual([]);
    expect(kinds()).toEqual(['tickRetried']);
  });

  test('that does not answer is asked again until the tick is too late', async () => {
    const lease: TickLease = { ...rig.lease, claim: () => Promise.reject(new Error('no disk')) };
    make({ everyMs: 3_600_000, lease }).start();
    await rig.runtime.advance(3_600_000 + 4 * MINUTE_MS);
    expect(rig.enqueued).toEqual([]);
    expect(new Set(kinds())).toEqual(new Set(['tickRetried', 'tickMissed']));
    expect(rig.events.at(-1)).toMatchObject({ kind: 'tickMissed', error: 'no disk' });
  });

  const never = (): Promise<never> => new Promise(() => {});

  test('that never answers is asked again, and holds up neither the end of the tick nor a close', async () => {
    const schedule = make({ everyMs: 3_600_000, lease: { ...rig.lease, claim: never } });
    schedule.start();
    await rig.runtime.advance(3_600_000 + 5 * MINUTE_MS);
    expect(kinds().filter((kind) => kind === 'tickRetried').length).toBeGreaterThan(5);
    const error = 'The lease does not answer.';
    expect(rig.events.at(-1)).toMatchObject({ kind: 'tickMissed', error });
    await rig.runtime.advance(3_600_000 - 5 * MINUTE_MS + 1);
    await rig.runtime.run(schedule.close());
  });

  test('that answers a claim too late has it back', async () => {
    let given: ((claim: TickClaim) => void) | undefined;
    const claim = (request: TickClaimRequest): TickClaim | Promise<TickClaim> => {
      if (given !== undefined) return rig.lease.claim(request);
      return new Promise((resolve) => {
        given = resolve;
      });
    };
    make({ everyMs: 3_600_000, lease: { ...rig.lease, claim } }).start();
    await rig.runtime.advance(3_600_000);
    const key = 'tick:sweep@2026-01-01T01:00:00.000Z';
    const late = rig.lease.claim({ key, leaseMs: 30_000 } as TickClaimRequest) as TickClaim;
    await rig.runtime.advance(15_000);
    expect(rig.enqueued).toEqual([]);
    given?.(late);
    await rig.runtime.advance(2000);
    expect(minutes()).toEqual([60]);
    expect(rig.recorded.size).toBe(1);
  });

  test.each(['renew', 'record', 'abandon'] as const)(
    'whose %s never answers does not hold up a close',
    async (method) => {
      rig.ends.push(NOT_SENT, new RpcError({ code: 'BAD_REQUEST', message: 'no' }));
      const schedule = make({ lease: { ...rig.lease, [method]: never } });
      schedule.start();
      await rig.runtime.advance(3 * MINUTE_MS + 1);
      await rig.runtime.run(schedule.close());
    },
  );

  test('does not run out over an input that takes its time', async () => {
    const slow = async (): Promise<string> => {
      await sleep(rig.runtime, 25_000);
      return 'slow';
    };
    make({ everyMs: 3_600_000, lease: rig.lease, input: slow, lateMs: 60_000 }).start();
    await rig.runtime.advance(3_600_000 + 90_000);
    expect(rig.enqueued).toEqual([]);
    const error = 'The input was not made in time.';
    expect(rig.events.at(-1)).toMatchObject({ kind: 'tickMissed', error });
  });

  test.each([
    [() => false, 'Another process has claimed the tick.'],
    [() => Promise.reject(new Error('no disk')), 'no disk'],
  ])('that is not told of the tick: that is told', async (record, unrecorded) => {
    make({ lease: { ...rig.lease, record } }).start();
    await rig.runtime.advance(MINUTE_MS);
    expect(minutes()).toEqual([1]);
    expect(rig.events).toMatchObject([{ kind: 'tickEnqueued', unrecorded }]);
  });

  test('that remembers nothing is asked for nothing else', async () => {
    const never = (): never => {
      throw new Error('not of an empty token');
    };
    const lease = {
      claim: () => ({ kind: 'run', token: '' }),
      renew: never,
      record: never,
      abandon: never,
    };
    rig.ends.push(NOT_SENT);
    make({ lease }).start();
    await rig.runtime.advance(2 * MINUTE_MS);
    expect(minutes()).toEqual([1, 2]);
  });
});

describe('a wall clock that is set', () => {
  test('forward: what is not too late yet is enqueued, the rest is told as missed', async () => {
    make({ lateMs: 150_000 }).start();
    await rig.runtime.advance(MINUTE_MS);
    rig.runtime.stepWallClock(10 * MINUTE_MS);
    await rig.runtime.advance(MINUTE_MS);
    expect(minutes()).toEqual([1, 10, 11, 12]);
    const missed = rig.events.filter(({ kind }) => kind === 'tickMissed');
    expect(missed).toMatchObject([{ atMs: atMinute(2), lastMs: atMinute(9) }]);
  });

  test('forward across a year of seconds: that costs no more', async () => {
    make({ everyMs: 1000, lateMs: 2000 }).start();
    await rig.runtime.advance(1000);
    rig.runtime.stepWallClock(31_536_000_000);
    await rig.runtime.advance(1000);
    expect(rig.enqueued.length).toBeLessThanOrEqual(4);
    expect(kinds().filter((kind) => kind === 'tickMissed')).toHaveLength(1);
  });

  test('back by an hour: nothing is enqueued twice', async () => {
    make().start();
    await rig.runtime.advance(90 * MINUTE_MS);
    rig.runtime.stepWallClock(-60 * MINUTE_MS);
    await rig.runtime.advance(60 * MINUTE_MS);
    expect(minutes()).toEqual(range(1, 90));
    await rig.runtime.advance(MINUTE_MS);
    expect(minutes()).toEqual(range(1, 91));
    expect(new Set(kinds())).toEqual(new Set(['tickEnqueued']));
  });

  test.each([10, 60, 170])(
    'forward by %i minutes and back: what it had left out is enqueued when it is due',
    async (wrong) => {
      make().start();
      await rig.runtime.advance(2.5 * MINUTE_MS);
      rig.runtime.stepWallClock(wrong * MINUTE_MS);
      await rig.runtime.advance(2 * MINUTE_MS);
      // Those that were not too late, by a clock that was wrong.
      const early = minutes().slice(2);
      rig.runtime.stepWallClock(-wrong * MINUTE_MS);
      await rig.runtime.advance((wrong + 10) * MINUTE_MS);
      expect([...minutes()].sort((a, b) => a - b)).toEqual([1, 2, ...range(5, wrong + 14)]);
      expect(early.length).toBeGreaterThan(4);
      expect(rig.runtime.timerCount()).toBe(1);
    },
  );

  test('forward while ticks are under way, and back: those that were given up are enqueued when they are due', async () => {
    rig.ends.push(NOT_SENT, NOT_SENT, NOT_SENT, NOT_SENT);
    make().start();
    await rig.runtime.advance(30_000);
    rig.runtime.stepWallClock(3 * MINUTE_MS);
    await rig.runtime.advance(30_100);
    rig.runtime.stepWallClock(60 * MINUTE_MS);
    await rig.runtime.advance(900);
    expect(kinds().filter((kind) => kind === 'tickMissed')).toHaveLength(4);
    rig.runtime.stepWallClock(-63 * MINUTE_MS);
    await rig.runtime.advance(4 * MINUTE_MS);
    expect(minutes()).toEqual([2, 3, 4, 5]);
  });

  test('back after a start with a clock that was ahead: nothing is waited for', async () => {
    rig.runtime.stepWallClock(60 * MINUTE_MS);
    make().start();
    await rig.runtime.advance(30_000);
    rig.runtime.stepWallClock(-60 * MINUTE_MS);
    await rig.runtime.advance(3 * MINUTE_MS);
    expect(minutes()).toEqual([1, 2, 3]);
  });

  test('back and forth, at random: nothing is enqueued twice, and all that is due by a clock that is right', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: -59, max: 59 }), fc.integer({ min: 1, max: 30 })), {
          maxLength: 8,
        }),
        async (steps) => {
          rig = openScheduleRig();
          const { runtime } = rig;
          const schedule = make();
          schedule.start();
          const due = new Set<number>();
          let isAheadBy = 0;
          const set = (minute: number): void => {
            runtime.stepWallClock((minute - isAheadBy) * MINUTE_MS);
            isAheadBy = minute;
          };
          for (const [aheadBy, forMinutes] of steps) {
            await runtime.advance(90_000);
            set(aheadBy);
            await runtime.advance(forMinutes * MINUTE_MS);
            set(0);
            const fromMs = runtime.nowMs();
            await runtime.advance(5 * MINUTE_MS);
            for (const minute of range(1, 5))
              due.add(Math.floor((fromMs - atMinute(0)) / MINUTE_MS) + minute);
          }
          await runtime.run(schedule.close());
          const found = minutes();
          expect(new Set(found).size).toBe(found.length);
          expect([...due].filter((minute) => !found.includes(minute))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('back by more than three hours: it was wrong before, and does not silence the schedule', async () => {
    const schedule = make();
    rig.runtime.stepWallClock(365 * 86_400_000);
    schedule.start();
    await rig.runtime.advance(2 * MINUTE_MS);
    rig.runtime.stepWallClock(-365 * 86_400_000);
    rig.enqueued.length = 0;
    await rig.runtime.advance(2 * MINUTE_MS);
    expect(minutes()).toEqual([3, 4]);
  });

  test('back by more than three hours, after many ticks: they come again', async () => {
    rig.runtime.stepWallClock(200 * MINUTE_MS);
    make().start();
    await rig.runtime.advance(300 * MINUTE_MS);
    rig.runtime.stepWallClock(-200 * MINUTE_MS);
    rig.enqueued.length = 0;
    await rig.runtime.advance(3 * MINUTE_MS);
    expect(minutes()).toEqual([301, 302, 303]);
  });
});

describe('a start after a tick', () => {
  const daily = { everyMs: undefined, cron: '0 3 * * *', timezone: 'UTC', lateMs: 6 * 3_600_000 };

  test('leaves it, by default', async () => {
    await rig.runtime.advance(5 * 3_600_000);
    make({ ...daily, lease: rig.lease }).start();
    await rig.runtime.advance(MINUTE_MS);
    expect(rig.enqueued).toEqual([]);
  });

  test('catches up with the last one where that is asked for', async () => {
    await rig.runtime.advance(5 * 3_600_000);
    make({ ...daily, lease: rig.lease, catchUp: 'last' }).start();
    await rig.runtime.advance(0);
    expect(minutes()).toEqual([180]);
    expect(rig.events[0]).toMatchObject({ kind: 'tickEnqueued', lateMs: 2 * 3_600_000 });
  });

  test('does not enqueue it again', async () => {
    make({ ...daily, lease: rig.lease, catchUp: 'last' }).start();
    await rig.runtime.advance(4 * 3_600_000);
    await rig.runtime.run(open[0]!.close());
    make({ ...daily, lease: rig.lease, catchUp: 'last' }).start();
    await rig.runtime.advance(MINUTE_MS);
    expect(minutes()).toEqual([180]);
  });

  test.each([
    [6 * 3_600_000 - 1, [180]],
    [6 * 3_600_000, []],
  ])('does so when it is %i ms late: %j', async (lateMs, expected) => {
    await rig.runtime.advance(3 * 3_600_000 + lateMs);
    make({ ...daily, lease: rig.lease, catchUp: 'last' }).start();
    await rig.runtime.advance(0);
    expect(minutes()).toEqual(expected);
    // Whether somebody else had it is not known.
    expect(kinds()).not.toContain('tickMissed');
  });
});

test.each([
  [{ name: '' }, 'name is 0 characters long: expected 1 to 256'],
  [{ name: 'n'.repeat(257) }, 'name is 257 characters long'],
  [{ name: undefined }, 'name is undefined'],
  [{ everyMs: undefined }, 'exactly one of everyMs and cron'],
  [{ cron: '* * * * *' }, 'exactly one of everyMs and cron'],
  [{ everyMs: 999 }, 'everyMs is 999: expected an integer from 1000'],
  [{ everyMs: Infinity }, 'everyMs is Infinity'],
  [{ everyMs: NaN }, 'everyMs is NaN'],
  [{ everyMs: 1500.5 }, 'everyMs is 1500.5'],
  [{ everyMs: '60000' }, 'everyMs is "60000"'],
  [{ offsetMs: 60_000 }, 'offsetMs is 60000: expected an integer from 0 to 59999'],
  [{ offsetMs: -1 }, 'offsetMs is -1'],
  [{ timezone: 'UTC' }, 'timezone belongs to cron'],
  [{ everyMs: undefined, cron: '* * * * *', offsetMs: 1 }, 'offsetMs belongs to everyMs'],
  [{ everyMs: undefined, cron: 'often' }, 'cron is "often": expected five fields'],
  [{ everyMs: undefined, cron: '* * * * *', timezone: 'Nowhere' }, 'timezone is "Nowhere"'],
  [{ task: undefined }, 'task has no enqueue'],
  [{ task: {} }, 'task has no enqueue'],
  [{ lateMs: 999 }, 'lateMs is 999: expected 1000 to 86400000'],
  [{ lateMs: 86_400_001 }, 'lateMs is 86400001'],
  [{ options: { timeoutMs: 20_001 } }, 'options.timeoutMs is 20001: expected 1 to 20000'],
  [{ catchUp: 'all' }, 'catchUp is "all": expected "none" or "last"'],
  [{ catchUp: 'last' }, 'without a lease'],
  [{ catchUp: 'last', lease: null }, 'lease has no claim'],
  [{ lease: {} }, 'lease has no claim'],
  [{ lease: { claim: () => {}, renew: () => {}, record: () => {} } }, 'lease has no abandon'],
  [{ options: null }, 'options is null'],
  [{ options: 'x' }, 'options is x'],
  [{ options: { scheduleKey: 'a' } }, 'options.scheduleKey cannot be given'],
  [{ options: { deduplicationId: 'a' } }, 'options.deduplicationId cannot be given'],
  [{ options: { result: true } }, 'options.result cannot be given'],
])('%j is refused before anything is sent', (options, message) => {
  let error: unknown;
  try {
    make(options);
  } catch (cause) {
    error = cause;
  }
  expect(RpcError.is(error) && error.code).toBe('BAD_REQUEST');
  expect(String(error)).toContain(message);
  expect(rig.runtime.timerCount()).toBe(0);
});
