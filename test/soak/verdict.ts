import type { Planted } from './findings.ts';
import type { Plant } from './planted.ts';
import type { Reading } from './stage.ts';
import { slopeOf, type Slope } from './slope.ts';

/** Growth of the heap that passes; what is there without any leak is below 1. */
const MOST_BYTES_PER_CALL = 2;
const LEAST_WINDOWS = 10;
/** With fewer calls between two readings, what readings differ by is more than what leaks. */
export const LEAST_WINDOW_CALLS = 20_000;

export type Measure = 'heapUsed' | 'external' | 'arrayBuffers' | 'rss';

export function slopeIn(readings: readonly Reading[], measure: Measure): Slope {
  return slopeOf(readings.map((reading) => ({ calls: reading.calls, bytes: reading[measure] })));
}

export function judgesSlope(windows: number, windowCalls: number): boolean {
  return windows >= LEAST_WINDOWS && windowCalls >= LEAST_WINDOW_CALLS;
}

/** Why the slope does not pass; undefined: it does. */
export function slopeFault({ ols, upper95 }: Slope): string | undefined {
  if (upper95 < MOST_BYTES_PER_CALL) return undefined;
  return `the heap grows by ${ols.toFixed(2)} B a call, at most ${upper95.toFixed(2)}; up to ${MOST_BYTES_PER_CALL} pass`;
}

/** Whether a leak is seen for certain, and not for want of windows. */
export function growsSurely({ lower95 }: Slope): boolean {
  return lower95 > MOST_BYTES_PER_CALL;
}

/** What saw a planted leak: `counted` is whether the counts did, `readings` are what grew. */
export function verdictOn(
  plant: Plant,
  sees: 'count' | 'slope',
  counted: boolean,
  readings: readonly Reading[],
  judged: boolean,
): Planted {
  const slope = slopeIn(readings, 'heapUsed');
  const by = [
    ...(counted ? (['count'] as const) : []),
    ...(readings.length > 2 && growsSurely(slope) ? (['slope'] as const) : []),
  ];
  return {
    name: plant.name,
    flagged: by.includes(sees),
    by,
    judged,
    ...(readings.length > 2 ? { bytesPerCall: slope.ols } : {}),
  };
}
