import { expect, test } from 'vitest';
import { CallTime, CallTimes } from './call-times.ts';

test('nothing is known of a call before one was answered', () => {
  expect(new CallTime().ms).toBe(0);
});

test('rises slowly, and falls at once', () => {
  const time = new CallTime();
  time.took(1600);
  expect(time.ms).toBe(100);
  for (let calls = 0; calls < 100; calls += 1) time.took(1600);
  expect(time.ms).toBeGreaterThan(1500);
  time.took(20);
  expect(time.ms).toBe(20);
});

test('of each procedure by itself, and of a bounded number of them', () => {
  const times = new CallTimes();
  const slow = times.of('report');
  slow.took(1600);
  expect([times.of('report').ms, times.of('ping').ms]).toEqual([100, 0]);
  for (let index = 0; index < 1000; index += 1) times.of(`tenant-${index}`);
  expect(times.of('report').ms).toBe(0);
});
