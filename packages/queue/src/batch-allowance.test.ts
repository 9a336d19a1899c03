import { createVirtualRuntime } from '@replyq/testing';
import { describe, expect, test } from 'vitest';
import { BatchAllowance } from './batch-allowance.ts';

function rig(most: number) {
  const runtime = createVirtualRuntime();
  let slow = 0;
  const batches = new BatchAllowance({ runtime, most: () => most, onReady: () => (slow += 1) });
  return { runtime, batches, slow: () => slow };
}

test('four that are not answered hold up nobody for longer', async () => {
  const { batches, runtime, slow } = rig(4);
  expect(leaving(batches)).toBe(4);
  await runtime.advance(250);
  expect([leaving(batches), slow()]).toEqual([4, 1]);
  batches.end();
});

/** How many leave one after the other, none of them answered. */
function leaving(batches: BatchAllowance): number {
  let count = 0;
  for (; batches.mayLeave(); count += 1) batches.left();
  return count;
}

test('as many are on their way at once as are allowed', () => {
  const { batches, runtime } = rig(2);
  const answered = batches.left();
  expect(leaving(batches)).toBe(1);
  answered();
  expect(batches.mayLeave()).toBe(true);
  expect(runtime.timerCount()).toBe(0);
});

test('one that is not answered within 250 ms holds up nobody', async () => {
  const { batches, runtime, slow } = rig(2);
  expect(leaving(batches)).toBe(2);
  await runtime.advance(249);
  expect([batches.mayLeave(), slow()]).toEqual([false, 0]);
  await runtime.advance(1);
  expect([leaving(batches), slow()]).toEqual([2, 1]);
  batches.end();
  expect(runtime.timerCount()).toBe(0);
});

test('who waits keeps the process alive, until nobody does', async () => {
  const runtime = createVirtualRuntime();
  const kept: (boolean | undefined)[] = [];
  const setTimer: typeof runtime.setTimer = (delayMs, fire, options) => {
    kept.push(options?.keepAlive);
    return runtime.setTimer(delayMs, fire, options);
  };
  const noted = { ...runtime, setTimer };
  const batches = new BatchAllowance({ runtime: noted, most: () => 4, onReady: () => {} });
  batches.left();
  expect(batches.mayLeave(20)).toBe(false);
  expect(kept).toEqual([true]);
  // It leaves with others that are in a hurry.
  batches.left();
  expect(runtime.timerCount()).toBe(0);
});

describe('batches that are to be apart', () => {
  test('leave so long after the last one, answered or not', async () => {
    const { batches, runtime, slow: ready } = rig(4);
    expect(batches.mayLeave(20)).toBe(true);
    batches.left()();
    await runtime.advance(19);
    expect([batches.mayLeave(20), ready()]).toEqual([false, 0]);
    await runtime.advance(1);
    expect([batches.mayLeave(20), ready()]).toEqual([true, 1]);
    expect(runtime.timerCount()).toBe(0);
  });

  test('are not more on their way than are allowed, either', async () => {
    const { batches, runtime } = rig(2);
    for (let left = 0; left < 2; left += 1) {
      expect(batches.mayLeave(20)).toBe(true);
      batches.left();
      await runtime.advance(20);
    }
    expect(batches.mayLeave(20)).toBe(false);
    batches.end();
  });

  test('leave sooner when those that wait turn out less patient', async () => {
    const { batches, runtime, slow: ready } = rig(4);
    batches.left();
    expect([batches.mayLeave(200), batches.mayLeave(10)]).toEqual([false, false]);
    await runtime.advance(10);
    expect([ready(), batches.mayLeave(10), batches.mayLeave(0)]).toEqual([1, true, true]);
    expect(runtime.timerCount()).toBe(0);
  });
});
