/** One reading after so many calls. */
export interface Point {
  readonly calls: number;
  readonly bytes: number;
}

/** Bytes per call. The bounds are infinite where there are too few points to tell. */
export interface Slope {
  readonly ols: number;
  readonly lower95: number;
  readonly upper95: number;
  /** Median of the slopes between all pairs: one odd reading does not move it. */
  readonly theilSen: number;
}

/** The 97.5 % point of the normal distribution. */
const Z = 1.959964;

/** Ordinary least squares with its 95 % interval, and Theil–Sen beside it. 0 of fewer than two points. */
export function slopeOf(points: readonly Point[]): Slope {
  const meanCalls = mean(points.map(({ calls }) => calls));
  const meanBytes = mean(points.map(({ bytes }) => bytes));
  const spread = sum(points.map(({ calls }) => (calls - meanCalls) ** 2));
  const shared = points.map(({ bytes, calls }) => (calls - meanCalls) * (bytes - meanBytes));
  const ols = spread === 0 ? 0 : sum(shared) / spread;
  const residuals = points.map(
    ({ bytes, calls }) => (bytes - meanBytes - ols * (calls - meanCalls)) ** 2,
  );
  const freedom = points.length - 2;
  const margin =
    freedom < 1 ? Infinity : studentT(freedom) * Math.sqrt(sum(residuals) / freedom / spread);
  return { ols, lower95: ols - margin, upper95: ols + margin, theilSen: theilSen(points) };
}

function theilSen(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(index + 1)) {
      if (other.calls === one.calls) continue;
      slopes.push((other.bytes - one.bytes) / (other.calls - one.calls));
    }
  }
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  const upper = slopes[Math.floor(middle)] ?? 0;
  return slopes.length % 2 === 1 ? upper : (upper + (slopes[middle - 1] ?? upper)) / 2;
}

/** Student's t at 97.5 %, by the expansion of Cornish and Fisher; tabled where that is off. */
function studentT(freedom: number): number {
  if (freedom === 1) return 12.706;
  if (freedom === 2) return 4.303;
  if (freedom === 3) return 3.182;
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
