import { createSeededRandom } from '@replyq/testing';
import { expect, test } from 'vitest';
import { slopeOf, type Point } from './slope.ts';
import { growsSurely, slopeFault } from './verdict.ts';

const WINDOWS = 12;
const WINDOW_CALLS = 20_000;
/** What readings of a heap without a leak differ by. */
const NOISE_BYTES = 30_000;

function readings(bytesPerCall: number, noiseBytes: number, seed = 1): readonly Point[] {
  const random = createSeededRandom(seed, 'noise');
  return Array.from({ length: WINDOWS }, (_, window) => {
    const calls = (window + 3) * WINDOW_CALLS;
    const bytes = 20_000_000 + bytesPerCall * calls + (random() - 0.5) * noiseBytes;
    return { calls, bytes };
  });
}

test('a straight line has its own slope and no doubt about it', () => {
  const { lower95, ols, theilSen, upper95 } = slopeOf(readings(3, 0));
  expect(ols).toBeCloseTo(3, 6);
  expect(theilSen).toBeCloseTo(3, 6);
  expect(upper95 - lower95).toBeLessThan(1e-6);
});

test('the interval is that of the textbook', () => {
  // x 1…5, y 2, 4, 5, 4, 5: slope 0.6, standard error √(2.4 / 3 / 10), t of 3 degrees 3.182.
  const points = [2, 4, 5, 4, 5].map((bytes, at) => ({ calls: at + 1, bytes }));
  const { lower95, ols, upper95 } = slopeOf(points);
  expect(ols).toBeCloseTo(0.6, 9);
  expect((upper95 - lower95) / 2).toBeCloseTo(3.182 * Math.sqrt(0.08), 2);
});

test('one odd reading moves the least squares, not Theil–Sen', () => {
  const points = readings(0, 0).map((point, at) =>
    at === WINDOWS - 1 ? { ...point, bytes: point.bytes + 5_000_000 } : point,
  );
  const { ols, theilSen } = slopeOf(points);
  expect(ols).toBeGreaterThan(1);
  expect(theilSen).toBe(0);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('noise alone passes (seed %d)', (seed) => {
  const slope = slopeOf(readings(0, NOISE_BYTES, seed));
  expect(slopeFault(slope)).toBeUndefined();
  expect(growsSurely(slope)).toBe(false);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a leak of 3 B a call is seen in the noise (seed %d)',
  (seed) => {
    const slope = slopeOf(readings(3, NOISE_BYTES, seed));
    expect(slopeFault(slope)).toContain('the heap grows');
    expect(growsSurely(slope)).toBe(true);
  },
);

test('too few windows neither pass nor convict', () => {
  const slope = slopeOf(readings(300, 0).slice(0, 2));
  expect(slope.upper95).toBe(Infinity);
  expect(growsSurely(slope)).toBe(false);
  expect(slopeFault(slope)).toContain('Infinity');
});

test('nothing measured is no slope', () => {
  expect(slopeOf([])).toMatchObject({ ols: 0, theilSen: 0, upper95: Infinity });
});
