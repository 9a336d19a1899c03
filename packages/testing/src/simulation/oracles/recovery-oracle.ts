import type { Oracle, Violation } from '../oracle.ts';

/** I24: when the faults are over, all is well again, and nobody had to start anything anew. */
export const recovers: Oracle = (history, { probeMs }) => {
  const violations: Violation[] = [];
  for (const { call, probe, process, settlements, startedMs } of history.calls.values()) {
    if (!probe || startedMs < history.healedMs) continue;
    const [settlement] = settlements;
    const untilMs = Math.min(settlement?.atMs ?? Infinity, history.lastMs);
    const tookMs = process.awakeMs(startedMs, untilMs);
    // Who calls in a process that is going down gets no answer.
    if (Math.min(process.crashedMs, process.closingMs) <= Math.min(untilMs, startedMs + probeMs))
      continue;
    const outcome = settlement?.fact.outcome;
    if (outcome === 'ok' ? tookMs <= probeMs : outcome === undefined && tookMs <= probeMs) continue;
    const message = `${call} was ${outcome ?? 'not settled'} after ${tookMs} ms, long after the faults`;
    violations.push({ invariant: 'I24', message, atMs: untilMs });
  }
  return violations;
};
