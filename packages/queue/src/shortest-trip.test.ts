import { expect, test } from 'vitest';
import { ShortestTrip } from './shortest-trip.ts';

const MINUTE_MS = 60_000;

test('the trip is the shortest that was seen, and endless before the first', () => {
  const trip = new ShortestTrip();
  expect(trip.ms).toBe(Infinity);
  for (const ms of [12, 30, 9, 40]) trip.took(ms, 0);
  expect(trip.ms).toBe(9);
});

test('a way that has become shorter is known at once', () => {
  const trip = new ShortestTrip();
  for (let minute = 0; minute < 100; minute += 1) trip.took(50, minute * MINUTE_MS);
  trip.took(5, 100 * MINUTE_MS);
  expect(trip.ms).toBe(5);
});

test('a way that has become longer is known after ten to twenty minutes', () => {
  const knownAfter = [0, 1, 9].map((fastUntil) => {
    const trip = new ShortestTrip();
    let minute = 0;
    for (; minute <= fastUntil; minute += 1) trip.took(5, minute * MINUTE_MS);
    for (; trip.ms === 5; minute += 1) trip.took(50, minute * MINUTE_MS);
    return minute - 1 - fastUntil;
  });
  expect(knownAfter).toEqual([20, 19, 11]);
});

test('what was seen stands while nothing is sent', () => {
  const trip = new ShortestTrip();
  trip.took(5, 0);
  trip.took(50, 60 * MINUTE_MS);
  expect(trip.ms).toBe(5);
});

test('a way is long only after twenty requests, since the first ones are slow anyway', () => {
  const trip = new ShortestTrip();
  for (let n = 1; n < 20; n += 1) trip.took(12, n);
  expect([trip.areShort, trip.areLong]).toEqual([false, false]);
  trip.took(12, 20);
  expect([trip.areShort, trip.areLong]).toEqual([false, true]);
  trip.took(4.9, 21);
  expect([trip.areShort, trip.areLong]).toEqual([true, false]);
});
