import type { Oracle, OracleBounds, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { CallTrace } from './traces.ts';

/** I1: each call settles, at the latest at its deadline. That it does so once is I3's. */
export const settlesInTime: Oracle = (history, bounds) => {
  const violations: Violation[] = [];
  for (const call of history.calls.values()) {
    const settlement = call.settlements[0];
    const broken =
      settlement === undefined
        ? neverSettled(call, history, bounds)
        : settledLate(call, settlement.atMs, bounds);
    if (broken !== undefined) violations.push({ invariant: 'I1', ...broken });
  }
  return violations;
};

type Broken = Omit<Violation, 'invariant'> | undefined;

function settledLate(call: CallTrace, atMs: number, { slackMs }: OracleBounds): Broken {
  const { process, startedMs, timeoutMs } = call;
  const tookMs = process.awakeMs(startedMs, atMs);
  if (tookMs <= timeoutMs + slackMs) return undefined;
  return { atMs, message: `${call.call} settled after ${tookMs} ms, not ${timeoutMs}` };
}

function neverSettled(call: CallTrace, history: HistoryIndex, bounds: OracleBounds): Broken {
  const { order, process, startedMs, timeoutMs } = call;
  const about = `${call.call} of ${process.name} never settled`;
  if (order < process.closedOrder && process.closedOrder < process.crashedOrder)
    return process.closed && { atMs: process.closedMs, message: `${about}, and was closed over` };
  const livedMs = process.awakeMs(startedMs, Math.min(process.crashedMs, history.lastMs));
  if (livedMs > timeoutMs + bounds.slackMs)
    return { atMs: startedMs + timeoutMs, message: `${about}, in ${livedMs} ms` };
  const over = history.ended && process.crashedMs === Infinity;
  return over ? { atMs: history.lastMs, message: about } : undefined;
}

/** I1: a call whose caller gives up is over at once. */
export const heedsAborts: Oracle = (history, { slackMs }) => {
  const violations: Violation[] = [];
  for (const { abortedMs, abortedOrder, call, process, settlements } of history.calls.values()) {
    const [settlement] = settlements;
    if (abortedMs === Infinity || (settlement?.order ?? Infinity) < abortedOrder) continue;
    const endMs = Math.min(process.crashedMs, process.closedMs, history.lastMs);
    const untilMs = Math.min(settlement?.atMs ?? Infinity, endMs);
    const lateMs = process.awakeMs(abortedMs, untilMs);
    const outcome = settlement?.fact.outcome ?? 'nothing';
    // What had settled it in the same instant may be told a moment later.
    const right = outcome === 'CANCELLED' || settlement?.atMs === abortedMs;
    if (lateMs <= slackMs && (right || settlement === undefined)) continue;
    const message = `${call} came to ${outcome}, ${lateMs} ms after its caller had given up`;
    violations.push({ invariant: 'I1', message, atMs: untilMs });
  }
  return violations;
};

/** I3: after it has settled, nothing of a call is seen again. */
export const settlesOnce: Oracle = (history) => {
  const violations: Violation[] = [];
  for (const { call, settlements } of history.calls.values()) {
    const again = settlements[1];
    if (again === undefined) continue;
    const outcomes = settlements.map(({ fact }) => fact.outcome).join(', then ');
    const message = `${call} settled ${settlements.length} times: ${outcomes}`;
    violations.push({ invariant: 'I3', message, atMs: again.atMs });
  }
  return violations;
};
