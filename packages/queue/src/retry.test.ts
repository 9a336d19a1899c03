import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { backoffDelayMs, RetryBudget, SEND_BACKOFF } from './retry.ts';

test('the bound of the back-off doubles up to its most, and the delay is anywhere below it', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) =>
    backoffDelayMs(SEND_BACKOFF, failures, () => 1),
  );
  expect(bounds).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000]);
  expect(backoffDelayMs(SEND_BACKOFF, 3, () => 0)).toBe(0);
  expect(backoffDelayMs(SEND_BACKOFF, 3, () => 0.5)).toBe(100);
});

test('ten retries are free at once, and then ten a second', async () => {
  const runtime = createVirtualRuntime();
  const budget = new RetryBudget(runtime);
  const first = Array.from({ length: 10 }, () => budget.takeDelayMs());
  expect(first).toEqual(Array(10).fill(0));
  expect(budget.takeDelayMs()).toBeCloseTo(100);
  expect(budget.takeDelayMs()).toBeCloseTo(200);
  await runtime.advance(1200);
  expect(budget.takeDelayMs()).toBe(0);
});

test('ten successes earn one retry more', () => {
  const budget = new RetryBudget(createVirtualRuntime());
  for (let n = 0; n < 10; n += 1) budget.takeDelayMs();
  for (let n = 0; n < 11; n += 1) budget.succeeded();
  expect(budget.takeDelayMs()).toBe(0);
  expect(budget.takeDelayMs()).toBeGreaterThan(0);
});
