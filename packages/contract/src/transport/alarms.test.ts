import fc from 'fast-check';
import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { Alarms, type Alarm } from './alarms.ts';

test('alarms ring in order of time, whatever was set and cancelled before', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set'), inMs: fc.integer({ min: 0, max: 1000 }) }),
    fc.record({ kind: fc.constant('cancel'), which: fc.nat() }),
    fc.record({ kind: fc.constant('pass'), inMs: fc.integer({ min: 1, max: 300 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const runtime = createVirtualRuntime();
      const alarms = new Alarms(runtime, { keepAlive: false });
      const set: { alarm: Alarm; atMs: number; cancelled: boolean }[] = [];
      const rang: number[] = [];
      for (const each of steps) {
        if (each.kind === 'set' && 'inMs' in each) {
          const atMs = runtime.monotonicMs() + each.inMs;
          const entry = { atMs, cancelled: false, alarm: alarms.set(atMs, () => rang.push(atMs)) };
          set.push(entry);
        } else if (each.kind === 'cancel' && 'which' in each && set.length > 0) {
          const entry = set[each.which % set.length]!;
          if (entry.alarm.index >= 0) entry.cancelled = true;
          alarms.cancel(entry.alarm);
        } else if ('inMs' in each) {
          await runtime.advance(each.inMs);
        }
      }
      await runtime.advance(2000);
      const due = set.filter(({ cancelled }) => !cancelled).map(({ atMs }) => atMs);
      expect(rang).toEqual(due.toSorted((a, b) => a - b));
      expect(alarms.size).toBe(0);
      expect(runtime.timerCount()).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('a thousand alarms share one timer, and none of them keeps it when all are cancelled', () => {
  const runtime = createVirtualRuntime();
  const alarms = new Alarms(runtime, { keepAlive: true });
  const set = Array.from({ length: 1000 }, (_, n) => alarms.set(1000 + n, () => undefined));
  expect(runtime.timerCount()).toBe(1);
  for (const alarm of set) alarms.cancel(alarm);
  for (const alarm of set) alarms.cancel(alarm);
  expect(runtime.timerCount()).toBe(0);
});

test('an alarm may set and cancel others while it rings', async () => {
  const runtime = createVirtualRuntime();
  const alarms = new Alarms(runtime, { keepAlive: true });
  const rang: string[] = [];
  const victim = alarms.set(10, () => rang.push('victim'));
  alarms.set(5, () => {
    rang.push('first');
    alarms.cancel(victim);
    alarms.set(20, () => rang.push('late'));
  });
  await runtime.advance(100);
  expect(rang).toEqual(['first', 'late']);
});

test('what has a deadline may be the alarm itself, and is told which one rings', async () => {
  const runtime = createVirtualRuntime();
  const alarms = new Alarms(runtime, { keepAlive: true });
  const rang: string[] = [];
  class Call implements Alarm {
    readonly name: string;
    readonly atMs: number;
    index = -1;
    constructor(name: string, atMs: number) {
      this.name = name;
      this.atMs = atMs;
    }
    ring(): void {
      rang.push(`${this.name} at ${runtime.monotonicMs()}, place ${this.index}`);
    }
  }
  const late = new Call('late', 20);
  const dropped = new Call('dropped', 15);
  for (const call of [late, dropped, new Call('early', 10)]) alarms.add(call);
  alarms.cancel(dropped);
  alarms.cancel(dropped);
  await runtime.advance(100);
  expect(rang).toEqual(['early at 10, place -1', 'late at 20, place -1']);
});

test('closed, they keep no timer, and neither what was set nor what is set then rings', async () => {
  const runtime = createVirtualRuntime();
  const alarms = new Alarms(runtime, { keepAlive: true });
  const rang: string[] = [];
  const before = [20, 10].map((atMs) => alarms.set(atMs, () => rang.push('before')));
  alarms.set(5, () => alarms.close());
  await runtime.advance(5);
  expect([alarms.size, runtime.timerCount()]).toEqual([0, 0]);
  const after = alarms.set(15, () => rang.push('after'));
  for (const alarm of [...before, after]) {
    expect(alarm.index).toBe(-1);
    alarms.cancel(alarm);
  }
  expect(runtime.timerCount()).toBe(0);
  await runtime.advance(100);
  expect(rang).toEqual([]);
});
