import type { Oracle, Violation } from '../oracle.ts';
import { deadlineOf } from './run-deadline.ts';

/** I11: a request past its deadline is never started. */
export const startsInTime: Oracle = (history, { slackMs }) => {
  const violations: Violation[] = [];
  for (const run of history.runs) {
    const deadlineMs = deadlineOf(run, history);
    if (deadlineMs === undefined || run.startedMs <= deadlineMs + slackMs) continue;
    const message = `${run.run} of ${run.call} started ${run.startedMs - deadlineMs} ms after its deadline`;
    violations.push({ invariant: 'I11', message, atMs: run.startedMs });
  }
  return violations;
};

/** I13: at the deadline of a run its signal aborts. */
export const abortsInTime: Oracle = (history, { slackMs }) => {
  const violations: Violation[] = [];
  for (const run of history.runs) {
    const { abortedMs, endedMs, process } = run;
    const deadlineMs = deadlineOf(run, history);
    if (deadlineMs === undefined) continue;
    const { closedMs, crashedMs } = process;
    const untilMs = Math.min(abortedMs, endedMs, closedMs, crashedMs, history.lastMs);
    // One that starts after its deadline is I11's.
    const fromMs = Math.max(deadlineMs, run.startedMs);
    const lateMs = untilMs > fromMs ? process.awakeMs(fromMs, untilMs) : 0;
    if (lateMs <= slackMs) continue;
    const message = `${run.run} of ${run.call} went on for ${lateMs} ms after its deadline without being told`;
    violations.push({ invariant: 'I13', message, atMs: deadlineMs });
  }
  return violations;
};
