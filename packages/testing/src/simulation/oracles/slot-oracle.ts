import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { ProcessTrace } from './process-trace.ts';
import type { RequestTrace, RunTrace } from './traces.ts';

/** Clocks count in fractions, from another origin each. */
const ROUNDING_MS = 0.001;

/** I12: never more runs at once in one process than it has slots. */
export const keepsToSlots: Oracle = (history, { concurrency, graceMs }) => {
  const violations: Violation[] = [];
  for (const process of history.processes.values()) {
    const crowd = crowdOf(process, concurrency, (run) => slotUntilMs(run, graceMs, history));
    if (crowd === undefined) continue;
    const { atMs, runs } = crowd;
    const message = `${process.name} had ${runs} runs at once in ${concurrency} slots`;
    violations.push({ invariant: 'I12', message, atMs });
  }
  return violations;
};

/** The first time that more than `slots` runs are live. */
function crowdOf(
  { runs }: ProcessTrace,
  slots: number,
  slotUntilMs: (run: RunTrace) => number,
): { readonly atMs: number; readonly runs: number } | undefined {
  if (runs.length <= slots) return undefined;
  let live: RunTrace[] = [];
  for (const run of runs) {
    live = live.filter(({ endedOrder }) => endedOrder > run.order);
    live.push(run);
    if (live.length <= slots) continue;
    live = live.filter((each) => each === run || slotUntilMs(each) > run.startedMs + ROUNDING_MS);
    if (live.length > slots) return { atMs: run.startedMs, runs: live.length };
  }
  return undefined;
}

/** A handler that ignores its signal loses its slot a while after its deadline. */
function slotUntilMs(run: RunTrace, graceMs: number, { queues }: HistoryIndex): number {
  const { abortedMs, callId } = run;
  if (abortedMs === Infinity) return Infinity;
  const request = queues.requests.get(callId);
  const deadlineMs = Math.min(
    request?.earliestDeadlineMs ?? Infinity,
    taskDeadlineMs(run, request),
  );
  return Math.max(abortedMs, Math.min(abortedMs, deadlineMs) + graceMs);
}

/** A task's time begins when it is brought to who runs it. */
function taskDeadlineMs({ order, process }: RunTrace, request: RequestTrace | undefined): number {
  let earliestMs = Infinity;
  for (const { frame, message } of request?.carriers ?? []) {
    if (frame.task !== true) continue;
    for (const { deliveredMs, deliveredOrder, process: by } of message.receipts)
      if (by === process && deliveredOrder < order)
        earliestMs = Math.min(earliestMs, deliveredMs + (frame.timeoutMs ?? Infinity));
  }
  return earliestMs;
}
