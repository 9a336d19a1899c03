import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { BatchAllowance } from './batch-allowance.ts';

function rig(most: number) {
  const runtime = createVirtualRuntime();
  let slow = 0;
  const batches = new BatchAllowance({ runtime, most: () => most, onSlow: () => (slow += 1) });
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
