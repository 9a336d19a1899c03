/**
 * The oracles of tasks by the invariant that each keeps watch over:
 *
 *   task-loss-oracles.ts    I37 I38 I44   no task is lost, and all leave the queue
 *   task-death-oracle.ts    I39           who lies with the dead letters
 *   task-run-oracles.ts     I40 I41       when tasks run, and how often
 *   task-record-oracle.ts   I42           what a shared store remembers
 *   task-order-oracles.ts   I43           groups of FIFO queues
 *
 * and of those of calls, what holds for tasks, too: a producer is a requester, a worker a responder.
 */
import type { Oracle } from '../oracle.ts';
import { deletesWhatItReceived, deletesWithNewestHandle } from './acknowledgement-oracles.ts';
import { drainsRuns, leavesNothingBehind } from './closing-oracles.ts';
import { holdsMessages, renewsLeases } from './holding-oracle.ts';
import { keepsPolling } from './polling-oracle.ts';
import { recovers } from './recovery-oracle.ts';
import { failsSlowly, sendsSparingly } from './sends-oracle.ts';
import { settlesInTime, settlesOnce } from './settlement-oracles.ts';
import { keepsToSlots } from './slot-oracle.ts';
import { claimsBeforeRun, fencesRuns, recordsCallOnce, recordsOnce } from './store-oracles.ts';
import { buriesTheDead } from './task-death-oracle.ts';
import { deletesDoneTasks, losesNoTask, settlesAllTasks } from './task-loss-oracles.ts';
import type { TaskOracle } from './task-oracle.ts';
import { keepsGroupsInOrder, sendsGroupsInOrder } from './task-order-oracles.ts';
import { recordsTasksOnce } from './task-record-oracle.ts';
import { keepsToAttempts, startsWhenDue } from './task-run-oracles.ts';
import { tellsOfEffects } from './truth-oracles.ts';

/** A request that is under way at the deadline of an `enqueue` is waited for. */
const HAND_OVER_MS = 10_000;

/** By invariant, and what of it each looks for. */
export const allTaskOracles: Readonly<Record<string, TaskOracle>> = {
  'I1 in time': (history, _tasks, bounds) =>
    settlesInTime(history, { ...bounds, slackMs: bounds.slackMs + HAND_OVER_MS }),
  I2: of(tellsOfEffects),
  I3: of(settlesOnce),
  'I8 records': of(recordsOnce),
  'I8 claims': of(claimsBeforeRun),
  'I8 calls': of(recordsCallOnce),
  'I9 fences': of(fencesRuns),
  'I9 messages': of(holdsMessages),
  'I9 leases': of(renewsLeases),
  I12: of(keepsToSlots),
  'I15 receipts': of(deletesWhatItReceived),
  'I15 handles': of(deletesWithNewestHandle),
  'I21 things': of(leavesNothingBehind),
  I22: of(drainsRuns),
  I24: of(recovers),
  I25: of(keepsPolling),
  'I26 sends': of(sendsSparingly),
  'I26 failures': of(failsSlowly),
  I37: losesNoTask,
  I38: deletesDoneTasks,
  I39: buriesTheDead,
  I40: startsWhenDue,
  I41: keepsToAttempts,
  I42: recordsTasksOnce,
  'I43 runs': keepsGroupsInOrder,
  'I43 sends': sendsGroupsInOrder,
  I44: settlesAllTasks,
};

function of(oracle: Oracle): TaskOracle {
  return (history, _tasks, bounds) => oracle(history, bounds);
}
