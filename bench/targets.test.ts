import { describe, expect, it } from 'vitest';
import { judgeClosed } from './targets.ts';
import { rowWith } from './testing-rows.ts';

const EMBEDDED = { latencyMs: 0, where: { kind: 'embedded' } } as const;

function byHand(callsPerSecond: number) {
  return rowWith({ subject: 'by-hand', callers: 64, callsPerSecond, requestsPerCall: 4.2 });
}

describe('a run', () => {
  it.each([
    [600, 6000, true],
    [600, 5999, false],
  ])('with %d calls/s by hand and %d of ours meets ten times: %s', (hand, ours, met) => {
    const rows = [rowWith({ callers: 64, callsPerSecond: ours }), byHand(hand)];
    const { targets, ratios } = judgeClosed(rows, EMBEDDED);
    const speedup = targets.find(({ bound }) => bound === '≥ 10');
    expect(speedup?.met).toBe(met);
    expect(ratios['calls per second to by-hand at 64 callers']).toBeCloseTo(10, 1);
  });

  it.each([
    [599, true],
    [600, false],
  ])('whose baseline makes %d calls/s is refused: %s', (callsPerSecond, refused) => {
    expect(judgeClosed([byHand(callsPerSecond)], EMBEDDED).refused !== undefined).toBe(refused);
  });

  it('is not refused for the slowness of a far server', () => {
    expect(judgeClosed([byHand(1)], { ...EMBEDDED, latencyMs: 12 }).refused).toBeUndefined();
    expect(judgeClosed([byHand(1)], { ...EMBEDDED, where: { kind: 'aws' } }).refused).toBe(
      undefined,
    );
  });

  it.each([
    [2, true],
    [2.001, false],
  ])('whose lone call takes %d ms, the floor 2 ms, meets the floor: %s', (p50Ms, met) => {
    const rows = [rowWith({ p50Ms }), rowWith({ subject: 'floor', p50Ms: 2 })];
    const verdict = judgeClosed(rows, EMBEDDED).targets.find(({ target }) =>
      target.startsWith('p50'),
    );
    expect(verdict?.met).toBe(met);
  });

  it('judges CPU and requests where there is a bound', () => {
    const rows = [rowWith({ callers: 1024, requestsPerCall: 0.031, cpuResponderUs: 42.1 })];
    const missed = judgeClosed(rows, EMBEDDED).targets.filter(({ met }) => !met);
    expect(missed.map(({ measured }) => measured)).toEqual([0.031, 42.1]);
  });

  it('says what share of by-hand’s CPU time a call takes', () => {
    const rows = [
      rowWith({ cpuRequesterUs: 40, cpuResponderUs: 50 }),
      rowWith({ subject: 'by-hand', cpuRequesterUs: 1300, cpuResponderUs: 1400 }),
    ];
    const ratio = judgeClosed(rows, EMBEDDED).ratios['CPU time per call to by-hand at 1 callers'];
    expect(ratio).toBeCloseTo(1 / 30, 4);
  });

  it('with no row of ours has nothing to judge', () => {
    expect(judgeClosed([], EMBEDDED)).toEqual({ ratios: {}, targets: [] });
  });
});
