import { expect, it } from 'vitest';
import { createSigningClock } from './signing-clock.ts';

it('the clock is corrected by 4 min or more, and not by less', () => {
  let nowMs = 1_000_000_000;
  const clock = createSigningClock({ nowMs: () => nowMs });
  clock.heed(undefined);
  clock.heed(nowMs + 239_999);
  expect(clock.nowMs()).toBe(nowMs);
  clock.heed(nowMs - 240_000);
  expect(clock.nowMs()).toBe(nowMs - 240_000);
  nowMs += 5_000;
  expect(clock.nowMs()).toBe(nowMs - 240_000);
  // Against the corrected clock, not against the local one.
  clock.heed(nowMs);
  expect(clock.nowMs()).toBe(nowMs);
});
