import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { ShortestTrip } from './shortest-trip.ts';
import { UnfilledBatches } from './unfilled-batches.ts';

function rig(tripMs?: number) {
  const runtime = createVirtualRuntime();
  const trips = new ShortestTrip();
  if (tripMs !== undefined) trips.took(tripMs, 0);
  let slow = 0;
  const batches = new UnfilledBatches({ runtime, trips, onSlow: () => (slow += 1) });
  return { runtime, batches, slow: () => slow };
}

test('four that are not answered hold up nobody for longer, also over a long way', async () => {
  const { batches, runtime, slow } = rig(12);
  expect(leaving(batches)).toBe(4);
  await runtime.advance(250);
  expect([leaving(batches), slow()]).toEqual([4, 1]);
  batches.end();
});

/** How many leave one after the other, none of them answered. */
function leaving(batches: UnfilledBatches): number {
  let count = 0;
  for (; batches.mayLeave(); count += 1) batches.left();
  return count;
}

test('over a long way, or one that is not known, four are on their way at once', () => {
  expect(leaving(rig(12).batches)).toBe(4);
  expect(leaving(rig(5).batches)).toBe(4);
  expect(leaving(rig().batches)).toBe(4);
});

test('over a short way two are', () => {
  const { batches, runtime } = rig(4.9);
  const answered = batches.left();
  expect(leaving(batches)).toBe(1);
  answered();
  expect(batches.mayLeave()).toBe(true);
  expect(runtime.timerCount()).toBe(0);
});

test('one that is not answered within 250 ms holds up nobody', async () => {
  const { batches, runtime, slow } = rig(1);
  expect(leaving(batches)).toBe(2);
  await runtime.advance(249);
  expect([batches.mayLeave(), slow()]).toEqual([false, 0]);
  await runtime.advance(1);
  expect([leaving(batches), slow()]).toEqual([2, 1]);
  batches.end();
  expect(runtime.timerCount()).toBe(0);
});
