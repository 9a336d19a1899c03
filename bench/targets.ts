import type { BenchOptions } from './options.ts';
import type { Row } from './row.ts';
import { rounded } from './statistics.ts';
import { atLeast, atMost, type Findings, type Verdict } from './verdict.ts';

/** A machine on which the code written by hand is slower is busy with something else. */
const LEAST_BASELINE = { callers: 64, callsPerSecond: 600 };

/** By callers: calls per second as a multiple of those by hand. */
const LEAST_SPEEDUPS = new Map([
  [64, 10],
  [256, 20],
  [1024, 22],
]);

interface Bounds {
  readonly requests?: number;
  readonly units?: number;
  readonly requesterUs?: number;
  readonly responderUs?: number;
}

/** By callers: the most that a call may take. */
const BOUNDS = new Map<number, Bounds>([
  [1, { requests: 4.3, units: 4.3 }],
  [64, { requests: 0.12, units: 0.13 }],
  [256, { requests: 0.05, units: 0.07, requesterUs: 35, responderUs: 55 }],
  [1024, { requests: 0.03, units: 0.05, requesterUs: 26, responderUs: 42 }],
]);

/** With a region's latency: what a lone call may take beyond the floor, and what many callers reach. */
const LONE_ABOVE_FLOOR_MS = 1;
const FAR_MANY = { callers: 1024, callsPerSecond: 15_000 };

/** What closed loops over SQS can tell. The targets are those of a call of 400 bytes. */
export function judgeClosed(
  rows: readonly Row[],
  { latencyMs, where }: Pick<BenchOptions, 'latencyMs' | 'where'>,
): Omit<Findings, 'rows'> {
  const find = (subject: string, callers: number): Row | undefined =>
    rows.find((row) => row.subject === subject && row.callers === callers);
  const ratios: Record<string, number> = {};
  const targets: Verdict[] = [];
  for (const row of rows.filter(({ subject }) => subject === 'replyq')) {
    const at = `at ${row.callers} callers`;
    const byHand = find('by-hand', row.callers);
    const floor = find('floor', row.callers);
    if (byHand !== undefined) {
      const speedup = row.callsPerSecond / byHand.callsPerSecond;
      ratios[`calls per second to by-hand ${at}`] = rounded(speedup, 2);
      const requests = row.requestsPerCall / byHand.requestsPerCall;
      ratios[`requests per call to by-hand ${at}`] = rounded(requests, 4);
      // Unlike microseconds, the same on a machine of another speed.
      const cpu = bothCpuUs(row) / bothCpuUs(byHand);
      if (Number.isFinite(cpu)) ratios[`CPU time per call to by-hand ${at}`] = rounded(cpu, 4);
      const least = LEAST_SPEEDUPS.get(row.callers);
      if (least !== undefined && latencyMs === 0) {
        targets.push(atLeast(`calls per second, as a multiple of by-hand, ${at}`, speedup, least));
      }
    }
    if (floor !== undefined) ratios[`p50 to the floor ${at}`] = rounded(row.p50Ms / floor.p50Ms, 3);
    targets.push(...(latencyMs === 0 ? nearTargets(row, floor) : farTargets(row, floor, byHand)));
  }
  const baseline = find('by-hand', LEAST_BASELINE.callers);
  const tooSlow =
    where.kind === 'embedded' &&
    latencyMs === 0 &&
    baseline !== undefined &&
    baseline.callsPerSecond < LEAST_BASELINE.callsPerSecond;
  return { ratios, targets, ...(tooSlow ? { refused: refusal(baseline) } : {}) };
}

/** Of requester and responder. */
function bothCpuUs({ cpuRequesterUs, cpuResponderUs }: Row): number {
  return (cpuRequesterUs ?? NaN) + (cpuResponderUs ?? NaN);
}

function nearTargets(row: Row, floor: Row | undefined): readonly Verdict[] {
  const at = `at ${row.callers} callers`;
  const { requests, units, requesterUs, responderUs } = BOUNDS.get(row.callers) ?? {};
  const verdicts: (Verdict | false)[] = [
    floor !== undefined && atMost(`p50 to the floor ${at}`, row.p50Ms / floor.p50Ms, 1),
    requests !== undefined && atMost(`API requests per call ${at}`, row.requestsPerCall, requests),
    units !== undefined && atMost(`billed units per call ${at}`, row.billedUnitsPerCall, units),
    requesterUs !== undefined &&
      atMost(`requester's CPU µs per call ${at}`, row.cpuRequesterUs ?? Infinity, requesterUs),
    responderUs !== undefined &&
      atMost(`responder's CPU µs per call ${at}`, row.cpuResponderUs ?? Infinity, responderUs),
  ];
  return verdicts.filter((verdict) => verdict !== false);
}

/** The floor goes to the server four times; by hand, the polls are open already, as ours are. */
function farTargets(row: Row, floor: Row | undefined, byHand: Row | undefined): readonly Verdict[] {
  const lone = row.callers === 1;
  const verdicts: (Verdict | false)[] = [
    lone &&
      floor !== undefined &&
      atMost('ms of a lone call above the floor', row.p50Ms - floor.p50Ms, LONE_ABOVE_FLOOR_MS),
    lone &&
      byHand !== undefined &&
      atMost('ms of a lone call above by-hand', row.p50Ms - byHand.p50Ms, LONE_ABOVE_FLOOR_MS),
    row.callers === FAR_MANY.callers &&
      atLeast(
        `calls per second of ${row.callers} callers`,
        row.callsPerSecond,
        FAR_MANY.callsPerSecond,
      ),
  ];
  return verdicts.filter((verdict) => verdict !== false);
}

function refusal({ callers, callsPerSecond }: Row): string {
  return (
    `By hand ${Math.round(callsPerSecond)} calls per second at ${callers} callers, ` +
    `less than ${LEAST_BASELINE.callsPerSecond}: this machine is too busy to judge by.`
  );
}
