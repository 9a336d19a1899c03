// What the answerer does with its claims while they last.
import { defineContract, mutation, NonRetryableError } from '@replyq/contract';
import { sleep, type SendOutcome } from '@replyq/contract/transport';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Settlement } from './incoming.ts';
import type { Claim, ReplyStore } from './reply-store.ts';
import { openAnswerer, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', { run: mutation({ input: z.number(), output: z.unknown() }) });
const ACK = { kind: 'ack' };
const RETRY = { kind: 'release', delayMs: 1000 };
const LEASE_MS = 9000;

let runtime: VirtualRuntime;
let rig: Rig;
/** What the store was asked, and when. */
let asked: unknown[];
let token: string;
let renew: () => boolean | Promise<boolean>;
let record: () => boolean | Promise<boolean>;
/** Why the last handler's signal has aborted, and when. */
let aborted: unknown[];
let heedsSignal: boolean;

const store: ReplyStore = {
  claim: () => ({ kind: 'run', token }),
  renew: (given, leaseMs) => (note('renew', given, leaseMs), renew()),
  record: (given) => (note('record', given), record()),
  abandon: (given) => note('abandon', given),
};

function note(...what: unknown[]): void {
  asked.push([runtime.monotonicMs(), ...what]);
}

/** The handler takes as many ms as its input says, from the runtime's clock. */
function open(options: object = {}): Rig {
  return openAnswerer(
    {
      contract: one,
      replyStore: store,
      leaseMs: LEASE_MS,
      handlers: {
        run: async ({ input, signal }) => {
          signal.addEventListener('abort', () => {
            aborted.push(runtime.monotonicMs(), signal.reason);
          });
          await sleep(runtime, input, heedsSignal ? { signal } : {});
          signal.throwIfAborted.call(heedsSignal ? signal : new AbortController().signal);
          return input;
        },
      },
      ...options,
    },
    runtime,
  );
}

const begin = (ms: number): Promise<Settlement> =>
  rig.begin({ input: ms, header: { timeoutMs: 60_000 } });
const answer = (ms: number): Promise<Settlement> => runtime.run(begin(ms));

beforeEach(() => {
  runtime = createVirtualRuntime();
  asked = [];
  aborted = [];
  token = 't';
  renew = () => true;
  record = () => true;
  heedsSignal = true;
  rig = open();
});

test('a run that ends within a third of its lease is never renewed', async () => {
  expect(await answer(2999)).toEqual(ACK);
  expect(asked).toEqual([[2999, 'record', 't']]);
  expect(runtime.timerCount()).toBe(0);
});

test('a longer one is renewed each third of its lease, and no longer when it has ended', async () => {
  expect(await answer(9500)).toEqual(ACK);
  await runtime.advance(60_000);
  expect(asked).toEqual([
    [3000, 'renew', 't', LEASE_MS],
    [6000, 'renew', 't', LEASE_MS],
    [9000, 'renew', 't', LEASE_MS],
    [9500, 'record', 't'],
  ]);
  expect(aborted).toEqual([]);
});

test('the leases and deadlines of many runs share one timer', async () => {
  const stuck = new Promise(() => {});
  rig = open({ handlers: { run: () => stuck } });
  for (let n = 0; n < 50; n += 1) void begin(1);
  await runtime.settle();
  expect(runtime.timerCount()).toBe(1);
  await runtime.advance(3000);
  expect(asked).toHaveLength(50);
  expect(runtime.timerCount()).toBe(1);
  await runtime.advance(65_000);
  // They still run, so their claims are kept; and they go on forever.
  expect(runtime.timerCount()).toBe(1);
  rig.closing.abort();
  expect(runtime.timerCount()).toBe(0);
});

test('a run of which nothing is remembered costs the store nothing', async () => {
  token = '';
  expect(await answer(9500)).toEqual(ACK);
  expect(await answer(0)).toEqual(ACK);
  expect([asked, rig.result()]).toEqual([[], 0]);
});

test.each([
  [99, /leaseMs is 99: expected 100 to 3600000/],
  [3_600_001, /leaseMs is 3600001/],
])('leaseMs: %i is refused with its bounds', (leaseMs, message) => {
  expect(() => open({ leaseMs })).toThrow(message);
});

describe('L1: a lease that another run has', () => {
  beforeEach(() => {
    renew = () => false;
  });

  test('aborts the run at once; its error is neither recorded nor sent, and it comes again', async () => {
    expect(await answer(9500)).toEqual(RETRY);
    const message = expect.stringContaining('another run has it');
    expect(aborted).toEqual([3000, expect.objectContaining({ name: 'AbortError', message })]);
    expect(asked).toEqual([
      [3000, 'renew', 't', LEASE_MS],
      [3000, 'abandon', 't'],
    ]);
    expect(rig.replies).toEqual([]);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'answererFailed', error: { message } });
  });

  test('is not asked for again while the run goes on, and its result is for the store to take', async () => {
    heedsSignal = false;
    expect(await answer(9500)).toEqual(ACK);
    expect(asked.slice(1)).toEqual([[9500, 'record', 't']]);
    expect(rig.result()).toBe(9500);
  });

  test('and whose result the store does not take sends no reply, and comes again', async () => {
    heedsSignal = false;
    record = () => false;
    expect(await answer(9500)).toEqual(RETRY);
    expect(rig.replies).toEqual([]);
  });
});

describe('L1: a lease that cannot be renewed', () => {
  const FAILURES: readonly (readonly [string, () => boolean | Promise<boolean>])[] = [
    ['since the store throws', () => expect.fail('down')],
    ['since the store rejects', () => Promise.reject(new Error('down'))],
    ['since the store does not answer', () => new Promise(() => {})],
  ];

  test.each(FAILURES)('for a whole lease, %s, aborts the run', async (_, failing) => {
    renew = failing;
    expect(await answer(30_000)).toEqual(RETRY);
    const message = expect.stringContaining('it could not be renewed for 9000 ms');
    expect(aborted).toEqual([9000, expect.objectContaining({ message })]);
    expect(rig.replies).toEqual([]);
  });

  test.each(FAILURES)('counts from its last renewal, %s', async (_, failing) => {
    let renewals = 0;
    renew = () => ((renewals += 1) === 1 ? true : failing());
    expect(await answer(30_000)).toEqual(RETRY);
    expect(aborted[0]).toBe(12_000);
  });

  test('is tried again each twelfth of it, and is good again with one success', async () => {
    let renewals = 0;
    renew = () => {
      renewals += 1;
      if (renewals < 8) throw new Error('down');
      return true;
    };
    expect(await answer(12_000)).toEqual(ACK);
    expect(asked.map((ask) => (ask as [number])[0])).toEqual([
      3000, 3750, 4500, 5250, 6000, 6750, 7500, 8250, 11_250, 12_000,
    ]);
    expect(aborted).toEqual([]);
    expect(rig.kinds().filter((kind) => kind === 'answererFailed')).toHaveLength(7);
  });

  test('counts from when the claim was asked for, not from when it was answered', async () => {
    renew = () => new Promise(() => {});
    const claim = async (): Promise<{ kind: 'run'; token: string }> => {
      await sleep(runtime, 8000);
      return { kind: 'run', token };
    };
    rig = open({ replyStore: { ...store, claim } });
    expect(await answer(30_000)).toEqual(RETRY);
    expect(aborted[0]).toBe(9000);
  });

  test('is asked for at the time of the asking, not of the answer', async () => {
    let renewals = 0;
    renew = () => {
      renewals += 1;
      return renewals === 1 ? sleep(runtime, 5000).then(() => true) : new Promise(() => {});
    };
    expect(await answer(30_000)).toEqual(RETRY);
    // Asked at 3000.
    expect(aborted[0]).toBe(12_000);
  });
});

describe('a process that stood still for longer than its lease', () => {
  let stalledMs: number;

  beforeEach(() => {
    stalledMs = 0;
    const clock = runtime;
    runtime = { ...clock, monotonicMs: () => clock.monotonicMs() + stalledMs };
    rig = open();
  });

  async function stall(): Promise<Settlement> {
    const running = begin(5000);
    await runtime.advance(2000);
    stalledMs += 12_000;
    return runtime.run(running);
  }

  test('goes on where the store says at once that the lease is still its own', async () => {
    expect(await stall()).toEqual(ACK);
    expect(aborted).toEqual([]);
  });

  test('aborts its runs where another one has taken the lease', async () => {
    renew = () => false;
    expect(await stall()).toEqual(RETRY);
    expect(aborted[0]).toBe(3000 + 12_000);
  });

  test('asks a store that takes its time to say so, too, but not for long', async () => {
    renew = () => sleep(runtime, 100).then(() => true);
    expect(await stall()).toEqual(ACK);
    renew = () => sleep(runtime, 10_000).then(() => true);
    expect(await stall()).toEqual(RETRY);
  });
});

describe('L2: a claim', () => {
  test('whose result could not be recorded is abandoned, so that the next one may run', async () => {
    for (const failing of [() => expect.fail('down'), () => Promise.reject(new Error('down'))]) {
      asked = [];
      record = failing;
      expect(await answer(1)).toEqual(RETRY);
      expect(asked.map((ask) => (ask as [number, string])[1])).toEqual(['record', 'abandon']);
    }
  });

  test('is abandoned when something of ours fails on the way', async () => {
    rig = open({
      createContext: () => ({}),
      handlers: { run: () => 1 },
      observer: () => undefined,
      interceptors: [() => Promise.reject(new Error('x'))],
    });
    await answer(1);
    expect(asked).toMatchObject([[0, 'abandon', 't']]);
  });

  test('that cannot be abandoned changes nothing for the caller', async () => {
    for (const abandon of [() => expect.fail('down'), () => Promise.reject(new Error('down'))]) {
      rig = open({ replyStore: { ...store, abandon } });
      expect(await runtime.run(rig.begin({ body: '{' }))).toEqual(ACK);
      expect(rig.error()).toMatchObject({ code: 'BAD_REQUEST' });
      expect(rig.events.at(-1)).toMatchObject({ kind: 'answererFailed' });
    }
  });
});

describe('L4: a responder that gives up while a task is on its way to the dead letters', () => {
  const task = { task: true, input: 0, header: { task: 'x', timeoutMs: 60_000 } };
  const handlers = {
    run: (): never => {
      throw new NonRetryableError('no');
    },
  };
  let burying: Promise<Settlement>;
  let sent: () => void;

  beforeEach(async () => {
    rig = open({ handlers });
    const sending = new Promise<SendOutcome>((resolve) => {
      sent = () => resolve({ kind: 'accepted', messageId: 'm' });
    });
    rig.tasks.outcomes.push(sending);
    burying = rig.begin(task);
    await runtime.settle();
  });

  test.each([
    [2999, 0],
    [3000, 1],
    [7000, 2],
  ])('after %i ms has renewed its lease %i times, and no more then', async (ms, renewals) => {
    await runtime.advance(ms);
    expect([asked.length, runtime.timerCount()]).toEqual([renewals, 1]);
    rig.closing.abort();
    expect(runtime.timerCount()).toBe(0);
    await runtime.advance(60_000);
    expect(asked).toHaveLength(renewals);
  });

  test('abandons its claim when that has ended, even after the lease', async () => {
    rig.closing.abort();
    await runtime.advance(60_000);
    sent();
    expect(await runtime.run(burying)).toEqual(ACK);
    expect(asked).toEqual([[60_000, 'abandon', 't']]);
    expect(rig.kinds()).not.toContain('answererFailed');
  });

  test.each([
    ['that it holds', () => true],
    ['that another run has it', () => false],
    ['nothing but an error', () => expect.fail('down')],
  ])('leaves no timer where the store says only then %s', async (_, told) => {
    renew = () => sleep(runtime, 1000).then(told);
    await runtime.advance(3500);
    rig.closing.abort();
    await runtime.advance(1000);
    expect(runtime.timerCount()).toBe(0);
    sent();
    expect(await runtime.run(burying)).toEqual(ACK);
    expect(asked.slice(1)).toEqual([[4500, 'abandon', 't']]);
  });

  test('leaves no timer where the store lets it have the claim only then', async () => {
    rig.closing.abort();
    const claim = (): Promise<Claim> => sleep(runtime, 500).then(() => ({ kind: 'run', token }));
    rig = open({ handlers, replyStore: { ...store, claim } });
    rig.tasks.outcomes.push(new Promise(() => {}));
    void rig.begin({ ...task, receiveCount: 100 });
    await runtime.settle();
    rig.closing.abort();
    await runtime.advance(500);
    expect([rig.tasks.outcomes, runtime.timerCount()]).toEqual([[], 0]);
  });
});
