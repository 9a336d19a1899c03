import type { Fact } from '../fact.ts';
import type { Oracle, OracleBounds, Violation } from '../oracle.ts';
import type { ProcessTrace } from './process-trace.ts';
import { REPLY_WAIT_MS } from './reply-queue-oracle.ts';
import { isDeliveredBefore } from './run-deadline.ts';

/** What was on its way when a process closed has its effect by then; nobody can call it back. */
const ON_ITS_WAY_MS = 10_000;
/** The same of a reply store: it is the user's own, and nobody of ours limits how long it takes. */
const TO_STORE_MS = 16_000;

/** I21: once `close` has resolved nothing of the process is left, and nothing comes of it any more. */
export const leavesNothingBehind: Oracle = (history, bounds) => {
  const violations: Violation[] = [];
  for (const process of history.processes.values()) {
    const { closed, closedMs, name } = process;
    if (closed === undefined) continue;
    const { operations, timers } = closed;
    if (operations > 0 || timers > 0) {
      const message = `${name} closed with ${timers} timers and ${operations} operations open`;
      violations.push({ invariant: 'I21', message, atMs: closedMs });
    }
    const late = process.afterwards.find((fact) => !mayFollow(fact, process, history, bounds));
    if (late === undefined) continue;
    const message = `${late.kind} of ${name}, ${late.atMs - closedMs} ms after it had closed`;
    violations.push({ invariant: 'I21', message, atMs: late.atMs });
  }
  return violations;
};

function mayFollow(
  fact: Fact,
  process: ProcessTrace,
  { calls, queues }: Parameters<Oracle>[0],
  { waitMs }: OracleBounds,
): boolean {
  const afterMs = fact.atMs - process.closedMs;
  switch (fact.kind) {
    // The user's own doing.
    case 'callStarted':
    case 'callAborted':
      return true;
    case 'callSettled': {
      const { order = Infinity, task } = calls.get(fact.call) ?? {};
      // A task that had not left is refused as its transport closes, in the same turn.
      return order > process.closedOrder || (task !== undefined && afterMs === 0);
    }
    // A handler that ignores its signal is nobody's any more.
    case 'runEnded': {
      const run = process.runs.find((each) => each.run === fact.run);
      return run !== undefined && run.abortedOrder < process.closedOrder;
    }
    case 'received': {
      const { holdsRequests = false } = queues.queues.get(fact.queue) ?? {};
      return afterMs <= (holdsRequests ? waitMs : REPLY_WAIT_MS) + ON_ITS_WAY_MS;
    }
    case 'stored':
    case 'deduplicated':
    case 'deleted':
    case 'queueCreated':
    case 'queueDeleted':
      return afterMs <= ON_ITS_WAY_MS;
    case 'claimed':
    case 'renewed':
    case 'recorded':
    case 'forgotten':
    case 'abandoned':
      return afterMs <= TO_STORE_MS;
    case 'runStarted':
    case 'runAborted':
    case 'polled':
    case 'sendFailed':
    case 'handleUsed':
    case 'queueDeleteAsked':
      return false;
    case 'started':
    case 'crashed':
    case 'stalled':
    case 'closing':
    case 'closed':
    case 'queueLeft':
    case 'fault':
    case 'healed':
    case 'ended':
      return true;
  }
}

/** I21: a requester that closes sees to the deletion of the reply queues that it has made. */
export const deletesItsQueues: Oracle = ({ faults, queues }) => {
  const violations: Violation[] = [];
  for (const { deleteAskedOrder, deletion, maker, queue } of queues.queues.values()) {
    if (maker?.role !== 'requester' || maker.closed === undefined) continue;
    if (Math.min(deletion?.order ?? Infinity, deleteAskedOrder) < maker.closedOrder) continue;
    // One of which it was never told that it was made: that is the sweepers'.
    if (faults.hit(maker, ['createQueue/'], { fromMs: 0, toMs: maker.closedMs })) continue;
    const message = `${maker.name} closed and left ${queue} behind`;
    violations.push({ invariant: 'I21', message, atMs: maker.closedMs });
  }
  return violations;
};

/** I22: a process that closes starts no run that it had not been brought, and waits for those that it has. */
export const drainsRuns: Oracle = (history) => {
  const violations: Violation[] = [];
  for (const { closed, closedMs, closingOrder, name, runs } of history.processes.values()) {
    if (closed !== undefined && closed.runs > 0) {
      const message = `${name} closed with ${closed.runs} runs under way`;
      violations.push({ invariant: 'I22', message, atMs: closedMs });
    }
    for (const run of runs) {
      if (run.order < closingOrder || isDeliveredBefore(run, closingOrder, history)) continue;
      const message = `${name} started ${run.run} of ${run.call} although it was closing`;
      violations.push({ invariant: 'I22', message, atMs: run.startedMs });
    }
  }
  return violations;
};
