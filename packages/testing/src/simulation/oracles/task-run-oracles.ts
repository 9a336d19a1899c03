import type { Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { TaskTrace } from './task-index.ts';
import type { TaskOracle } from './task-oracle.ts';
import type { Carrier } from './traces.ts';

/** What an answer of the queue service is on its way, by which a producer knows that clock. */
const TRIP_MS = 50;
/** The same, where the answer was slow or its reader stood still. */
const SLOW_TRIP_MS = 32_000;

/** I40: no run begins before its task is due, by the queue's clock as its producer knows it. */
export const startsWhenDue: TaskOracle = (history, { tasks }) => {
  const violations: Violation[] = [];
  for (const task of tasks) {
    const { call, runs, told } = task;
    if (told.delayMs === 0) continue;
    const dueMs = call.startedMs + told.delayMs;
    for (const { run, startedMs } of runs) {
      if (startedMs >= dueMs - unknownMs(task, history)) continue;
      const message = `${run} of ${task.task} started ${dueMs - startedMs} ms before it was due`;
      violations.push({ invariant: 'I40', message, atMs: startedMs });
    }
  }
  return violations;
};

/** What SQS holds back itself is not known by any clock of ours. */
const HELD_BACK_MS = 900_000;

function unknownMs({ call, told }: TaskTrace, { faults }: HistoryIndex): number {
  if (told.delayMs <= HELD_BACK_MS) return 0;
  const { process, startedMs } = call;
  const life = { fromMs: 0, toMs: startedMs + call.timeoutMs };
  const slow = process.stalledBetween(life.fromMs, life.toMs) || faults.hit(process, [''], life);
  return slow ? SLOW_TRIP_MS : TRIP_MS;
}

/**
 * I41: no run begins whose number is past the attempts, and none that no receive of it gave. What waits in its group is
 * received without a run, so that a run after that may have a number past them; who crashes or closes then makes it wait again.
 */
export const keepsToAttempts: TaskOracle = (_history, { tasks }, { attempts }) => {
  const violations: Violation[] = [];
  for (const { carriers, runs, task, told } of tasks) {
    const bound = told.groupId === undefined ? attempts : Infinity;
    const past = runs.find(({ attempt = 1 }) => attempt < 1 || attempt > bound);
    if (past !== undefined) {
      const message = `${past.run} of ${task} is attempt ${past.attempt} of ${attempts}`;
      violations.push({ invariant: 'I41', message, atMs: past.startedMs });
    }
    const most = carriers.reduce((sum, carrier) => sum + mostRuns(carrier, bound), 0);
    const last = runs[most];
    if (last === undefined) continue;
    const message = `${task} ran ${runs.length} times: its messages allow for ${most}`;
    violations.push({ invariant: 'I41', message, atMs: last.startedMs });
  }
  return violations;
};

/** Whoever sent it on has counted its attempts so far. */
function mostRuns({ attempt, message }: Carrier, attempts: number): number {
  return Math.max(0, Math.min(message.receipts.length, attempts + 1 - attempt));
}
