import type { Counts } from './counts.ts';
import type { TransportName } from './options.ts';
import type { Slope } from './slope.ts';

/** A planted leak, and what has seen it. */
export interface Planted {
  readonly name: string;
  readonly flagged: boolean;
  readonly by: readonly ('count' | 'slope')[];
  /** False: the run is too short for what would see it. */
  readonly judged: boolean;
  readonly bytesPerCall?: number;
}

/** Of one transport, from opening to closing. */
export interface Trial {
  readonly calls: number;
  /** Those that were judged: warm-up and planted leaks are none of them. */
  readonly windows: number;
  readonly windowCalls: number;
  readonly settled: Counts;
  /** Whether there were windows enough to judge the slope; if not, `upper95` is a bound and no more. */
  readonly slopeJudged: boolean;
  readonly heapSlope: Slope;
  readonly external: Slope;
  readonly arrayBuffers: Slope;
  readonly rss: Slope;
  /** After the last judged window. */
  readonly counts: Counts;
  readonly timers: {
    readonly idle: number;
    readonly expected: number;
    readonly afterClose: number;
  };
  readonly pending: number;
  readonly listeners: number;
  readonly planted: readonly Planted[];
  readonly violations: readonly string[];
}

export interface PhaseFindings extends Trial {
  readonly transport: TransportName;
  readonly handles: {
    readonly before: Counts;
    readonly after: Counts;
    readonly filesBefore: number | undefined;
    readonly filesAfter: number | undefined;
  };
}

export interface Findings {
  readonly minutes: number;
  readonly calls: number;
  readonly windows: number;
  readonly settled: Counts;
  readonly phases: readonly PhaseFindings[];
  readonly violations: readonly string[];
}
