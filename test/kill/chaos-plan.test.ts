import { expect, test } from 'vitest';
import { CHAOS_KINDS, planChaos } from './chaos-plan.ts';

const MINUTE_MS = 60_000;

test('a seed is a plan', () => {
  const plan = planChaos({ seed: 3, lastsMs: MINUTE_MS });
  expect(planChaos({ seed: 3, lastsMs: MINUTE_MS })).toEqual(plan);
  expect(planChaos({ seed: 4, lastsMs: MINUTE_MS })).not.toEqual(plan);
});

test('each kind happens in each run, and a minute is enough for all', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const plan = planChaos({ seed, lastsMs: MINUTE_MS });
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(CHAOS_KINDS));
    expect(plan.at(-1)?.atMs).toBeLessThan(MINUTE_MS + 20_000);
  }
});

test('any 60 s hold 20 s without an event', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const plan = planChaos({ seed, lastsMs: 10 * MINUTE_MS });
    const calms = plan.flatMap(({ atMs }, index) => {
      const endMs = Math.max(0, ...plan.slice(0, index).map((e) => e.atMs + e.durationMs));
      return atMs - endMs >= 20_000 ? [{ fromMs: endMs, toMs: atMs }] : [];
    });
    for (const [index, { fromMs }] of calms.entries()) {
      const before = calms[index - 1]?.toMs ?? 0;
      // The longest storm; a minute that begins in its middle has calm on both sides.
      expect(fromMs - before).toBeLessThan(20_000);
    }
  }
});
