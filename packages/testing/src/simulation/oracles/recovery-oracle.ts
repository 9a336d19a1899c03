import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
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

/** Who is not told learns only with its next call that its reply queue is gone. */
function wasNotTold({ order, process }: CallTrace, { calls, queues }: HistoryIndex): boolean {
  const lost = [...queues.queues.values()].findLast(
    ({ deletion, maker }) =>
      maker === process && deletion !== undefined && deletion.process !== maker,
  );
  if (lost?.deletion === undefined) return false;
  const deletedOrder = lost.deletion.order;
  return ![...calls.values()].some(
    (other) =>
      other.process === process &&
      other.settlements.some(
        ({ fact, order: at }) =>
          fact.outcome === 'REPLY_QUEUE_LOST' && at > deletedOrder && at < order,
      ),
  );
}
