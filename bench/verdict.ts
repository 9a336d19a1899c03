import type { Row } from './row.ts';
import type { TaskRow } from './task-row.ts';
import { rounded } from './statistics.ts';

const DIGITS = 4;

/** What a run has found. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly ratios: Readonly<Record<string, number>>;
  readonly targets: readonly Verdict[];
  /** Figures that are not of calls: requests while idle, bytes per open call. */
  readonly figures?: readonly Readonly<Record<string, string | number>>[];
  /** Of `--mode tasks`; `figures` shows them. */
  readonly tasks?: readonly TaskRow[];
  /** What could not be measured, and why. */
  readonly notes?: readonly string[];
  /** Why nothing may be judged by this run. */
  readonly refused?: string;
}

/** A target, what was measured, and whether it is met. */
export interface Verdict {
  readonly target: string;
  readonly measured: number;
  readonly bound: string;
  readonly met: boolean;
}

/** Judges by the exact figure and shows a rounded one. */
export function atMost(target: string, measured: number, bound: number): Verdict {
  return {
    target,
    measured: rounded(measured, DIGITS),
    bound: `≤ ${bound}`,
    met: measured <= bound,
  };
}

/** Like {@link atMost}. */
export function atLeast(target: string, measured: number, bound: number): Verdict {
  return {
    target,
    measured: rounded(measured, DIGITS),
    bound: `≥ ${bound}`,
    met: measured >= bound,
  };
}
