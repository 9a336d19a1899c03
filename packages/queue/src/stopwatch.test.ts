import { createVirtualRuntime } from '@replyq/testing';
import { expect, it } from 'vitest';
import { startStopwatch } from './stopwatch.ts';

it('counts the time that a host slept, and is not set back', async () => {
  const runtime = createVirtualRuntime();
  const sinceMs = startStopwatch(runtime);
  expect(sinceMs()).toBe(0);
  await runtime.advance(1000);
  expect(sinceMs()).toBe(1000);
  runtime.stepWallClock(-60_000);
  expect(sinceMs()).toBe(1000);
  runtime.stepWallClock(3_660_000);
  expect(sinceMs()).toBe(3_601_000);
});
