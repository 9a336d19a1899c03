import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import { toldGone } from './reply-queue-oracle.ts';
import type { CallTrace } from './traces.ts';

/** I24: when the faults are over, all is well again, and nobody had to start anything anew. */
export const recovers: Oracle = (history, { probeMs }) => {
  const violations: Violation[] = [];
  for (const each of history.calls.values()) {
    const { call, probe, process, settlements, startedMs } = each;
    if (!probe || startedMs < history.healedMs) continue;
    const [settlement] = settlements;
    const untilMs = Math.min(settlement?.atMs ?? Infinity, history.lastMs);
    const tookMs = process.awakeMs(startedMs, untilMs);
    // Who calls in a process that is going down gets no answer.
    if (Math.min(process.crashedMs, process.closingMs) <= Math.min(untilMs, startedMs + probeMs))
      continue;
    const outcome = settlement?.fact.outcome;
    if (outcome === 'ok' ? tookMs <= probeMs : outcome === undefined && tookMs <= probeMs) continue;
    if (outcome === 'REPLY_QUEUE_LOST' && wasNotTold(each, history)) continue;
    const message = `${call} was ${outcome ?? 'not settled'} after ${tookMs} ms, long after the faults`;
    violations.push({ invariant: 'I24', message, atMs: untilMs });
  }
  return violations;
};

/** Somebody has deleted the newest reply queue of an idle requester: who does not poll, learns it with a call. */
function wasNotTold({ order, process }: CallTrace, { queues }: HistoryIndex): boolean {
  const newest = [...queues.queues.values()].findLast(({ maker }) => maker === process);
  if (newest?.deletion === undefined || newest.deletion.process === process) return false;
  const told = toldGone(newest, process);
  return told === undefined || told.order > order;
}
