/** Something was wrong with the system, by the clock that all processes share. */
export interface Disturbance {
  readonly kind: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The process that stood still for all of it. */
  readonly stopped?: string;
}

/** The longest stretch between `fromMs` and `toMs` in which nothing was wrong. */
export function longestHealthyMs(
  disturbances: readonly Disturbance[],
  fromMs: number,
  toMs: number,
): number {
  let healthySinceMs = fromMs;
  let longest = 0;
  for (const { endMs, startMs } of disturbances.toSorted((a, b) => a.startMs - b.startMs)) {
    longest = Math.max(longest, Math.min(startMs, toMs) - healthySinceMs);
    healthySinceMs = Math.max(healthySinceMs, endMs);
  }
  return Math.max(longest, toMs - healthySinceMs, 0);
}

/** For how much of the time between them `name` stood still. */
export function stoppedMs(
  disturbances: readonly Disturbance[],
  name: string,
  fromMs: number,
  toMs: number,
): number {
  return disturbances
    .filter(({ stopped }) => stopped === name)
    .map(({ endMs, startMs }) => Math.min(endMs, toMs) - Math.max(startMs, fromMs))
    .reduce((sum, ms) => sum + Math.max(0, ms), 0);
}

export function overlaps(
  disturbances: readonly Disturbance[],
  fromMs: number,
  toMs: number,
): boolean {
  return disturbances.some(({ endMs, startMs }) => startMs < toMs && endMs > fromMs);
}
