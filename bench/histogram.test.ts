import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';

function histogramOf(...durationsMs: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of durationsMs) histogram.record(ms);
  return histogram;
}

describe('a percentile', () => {
  it('is 0 of nothing', () => {
    expect(histogramOf().percentileMs(0.99)).toBe(0);
  });

  it.each([0.001, 0.127, 0.128, 0.255, 0.257, 1, 2.26, 17.3, 999, 20_000, 600_000])(
    'is within 0.8 %% of the only duration, %d ms',
    (ms) => {
      const histogram = histogramOf(ms);
      for (const share of [0, 0.5, 1]) {
        expect(Math.abs(histogram.percentileMs(share) / ms - 1)).toBeLessThan(0.008);
      }
    },
  );

  it('is that of the sorted durations', () => {
    const histogram = histogramOf(...Array.from({ length: 1000 }, (_, index) => index + 1));
    for (const [share, ms] of [
      [0.5, 500],
      [0.99, 990],
      [0.999, 999],
    ] as const) {
      expect(Math.abs(histogram.percentileMs(share) / ms - 1)).toBeLessThan(0.008);
    }
  });

  it('takes what is shorter than the first bucket or longer than the last one', () => {
    const histogram = histogramOf(-1, 0, 1e12);
    expect(histogram.percentileMs(0.1)).toBe(0);
    expect(histogram.percentileMs(1)).toBeGreaterThan(2_000_000);
  });
});

it('is the sum of what two processes send', () => {
  const sum = histogramOf(1, 2);
  sum.add(histogramOf(3, 4, 5).entries());
  expect(sum.total).toBe(5);
  expect(sum.percentileMs(0.5)).toBeCloseTo(3, 1);
});

it('refuses a bucket that it has not', () => {
  expect(() => new Histogram().add([[1_000_000, 1]])).toThrow(RangeError);
});

it('is empty again once cleared', () => {
  const histogram = histogramOf(1, 2, 3);
  histogram.clear();
  expect(histogram.total).toBe(0);
  expect(histogram.entries()).toEqual([]);
});
