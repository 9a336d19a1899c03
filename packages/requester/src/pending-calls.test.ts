import { getEventListeners } from 'node:events';
import { RpcError } from '@replyq/contract';
import type { ReplyqEvent } from '@replyq/contract/transport';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { PendingCallInit, RawReply } from './pending-call.ts';
import { PendingCalls } from './pending-calls.ts';

const REPLY: RawReply = {
  reply: { kind: 'reply', header: { v: 1, kind: 'result', content: 'json' }, body: '7' },
  attributes: {},
};

let runtime: VirtualRuntime;
let events: ReplyqEvent[];
let pending: PendingCalls;
let settlements: unknown[];

function init(overrides: Partial<PendingCallInit> = {}): PendingCallInit {
  return {
    callId: 'c1',
    procedure: 'buy',
    queue: 'shop',
    attempt: 1,
    timeoutMs: 100,
    signal: undefined,
    decode: ({ reply }) => ('body' in reply ? reply.body : undefined),
    resolve: (value) => void settlements.push(value),
    reject: (error) => void settlements.push(error instanceof RpcError ? error.code : error),
    ...overrides,
  };
}

beforeEach(() => {
  runtime = createVirtualRuntime();
  events = [];
  settlements = [];
  const observer = (event: ReplyqEvent): void => void events.push(event);
  pending = new PendingCalls({ runtime, observer, maxPendingCalls: 10 });
});

describe('Q1: a call settles exactly once', () => {
  test('whatever ends it, in whatever order', async () => {
    const ends = ['reply', 'timeout', 'abort', 'close', 'reply', 'turn'] as const;
    const order = fc.shuffledSubarray([...ends], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(order, async (steps) => {
        const clock = createVirtualRuntime();
        const told: string[] = [];
        const observer = (event: ReplyqEvent): void => void told.push(event.kind);
        const calls = new PendingCalls({ runtime: clock, observer, maxPendingCalls: 10 });
        const controller = new AbortController();
        settlements = [];
        const call = calls.open(init({ signal: controller.signal }));
        for (const step of steps) {
          if (step === 'reply') calls.settle(call, REPLY);
          if (step === 'timeout') await clock.advance(100);
          if (step === 'abort') controller.abort();
          if (step === 'close') calls.failAll('CLOSED');
          if (step === 'turn') await clock.settle();
        }
        await clock.advance(100);
        expect(settlements).toHaveLength(1);
        expect(told).toEqual(['callStarted', 'callSettled']);
        expect(calls.size).toBe(0);
        expect(clock.timerCount()).toBe(0);
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      }),
    );
  });

  test('also when decoding the reply aborts the call', () => {
    const controller = new AbortController();
    const call = pending.open(
      init({
        signal: controller.signal,
        decode: () => {
          controller.abort();
          return 7;
        },
      }),
    );
    pending.settle(call, REPLY);
    expect(settlements).toEqual(['CANCELLED']);
    expect(events.filter(({ kind }) => kind === 'callSettled')).toHaveLength(1);
  });

  test('also when decoding aborts the call and throws', () => {
    const controller = new AbortController();
    const call = pending.open(
      init({
        signal: controller.signal,
        decode: () => {
          controller.abort();
          throw new Error('x');
        },
      }),
    );
    pending.settle(call, REPLY);
    expect(settlements).toEqual(['CANCELLED']);
    expect(events.filter(({ kind }) => kind === 'callSettled')).toHaveLength(1);
  });
});

describe('Q2: the deadline', () => {
  test('is one turn later than its timer, for a reply that is readable by then', async () => {
    const call = pending.open(init());
    runtime.setTimer(100, () => pending.settle(call, REPLY));
    await runtime.advance(100);
    expect(settlements).toEqual(['7']);
  });

  test('keeps the order of calls whose deadlines differ', async () => {
    pending.open(init({ callId: 'c1', timeoutMs: 30 }));
    pending.open(init({ callId: 'c2', timeoutMs: 10 }));
    pending.open(init({ callId: 'c3', timeoutMs: 20 }));
    await runtime.advance(50);
    const settled = events.flatMap((event) => (event.kind === 'callSettled' ? [event.callId] : []));
    expect(settled).toEqual(['c2', 'c3', 'c1']);
  });

  test('holds for thousands of calls with one timer', async () => {
    const many = new PendingCalls({ runtime, observer: undefined, maxPendingCalls: 5000 });
    for (let n = 0; n < 5000; n += 1) many.open(init({ callId: `c${n}`, timeoutMs: 1 + (n % 97) }));
    expect(runtime.timerCount()).toBe(1);
    await runtime.advance(97);
    expect(settlements).toHaveLength(5000);
    expect(many.size).toBe(0);
  });
});

describe('Q4: nothing is left', () => {
  test('of a call that is closed between its deadline and the verdict', () => {
    pending.open(init());
    const fired: string[] = [];
    runtime.setTimer(100, () => {
      pending.failAll('CLOSED');
      fired.push(`${runtime.timerCount()} timers`);
    });
    return runtime.advance(100).then(() => {
      expect(settlements).toEqual(['CLOSED']);
      expect(fired).toEqual(['0 timers']);
    });
  });

  test('of calls that were settled in any order', () => {
    const calls = Array.from({ length: 9 }, (_, n) =>
      pending.open(init({ callId: `c${n}`, timeoutMs: 100 + ((n * 7) % 9) })),
    );
    for (const n of [3, 0, 8, 4, 1, 7, 2, 6, 5]) {
      const call = calls[n];
      if (call !== undefined) pending.settle(call, REPLY);
    }
    expect(pending.size).toBe(0);
    expect(runtime.timerCount()).toBe(0);
  });
});

test('an observer that throws changes nothing', () => {
  const loud = new PendingCalls({
    runtime,
    maxPendingCalls: 1,
    observer: () => {
      throw new Error('loud');
    },
  });
  loud.settle(loud.open(init()), REPLY);
  expect(settlements).toEqual(['7']);
});

test('a call that is open when the limit is reached stays open', () => {
  const small = new PendingCalls({ runtime, observer: undefined, maxPendingCalls: 1 });
  const first = small.open(init({ callId: 'c1' }));
  small.open(init({ callId: 'c2' }));
  expect(settlements).toEqual(['OVERLOADED']);
  small.settle(first, REPLY);
  expect(settlements).toEqual(['OVERLOADED', '7']);
});
