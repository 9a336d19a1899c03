/**
 * The oracles by the invariant that each keeps watch over:
 *
 *   settlement-oracles.ts        I1 I3        calls settle, in time and once
 *   truth-oracles.ts             I2 I4 I5 I10 what they are told is true
 *   store-oracles.ts             I8 I9        keys of a shared reply store
 *   holding-oracle.ts            I9           what holds messages and keys while runs are live
 *   deadline-oracles.ts          I11 I13      runs and their deadlines
 *   slot-oracle.ts               I12          runs at once
 *   acknowledgement-oracles.ts   I14 I15      when messages are deleted
 *   sweep-oracles.ts             I18          reply queues of the dead, and of the living
 *   reply-queue-oracle.ts        I19          a reply queue that somebody deletes
 *   closing-oracles.ts           I21 I22      what is left after closing
 *   recovery-oracle.ts           I24          after the faults
 *   polling-oracle.ts            I25          receiving goes on
 *   sends-oracle.ts              I26          requests are not repeated for ever
 *   load-oracles.ts              I27          calls that are open at once
 *   conservation-oracle.ts       I28          no message is left over
 */
import type { Oracle } from '../oracle.ts';
import {
  deletesAfterReply,
  deletesWhatItReceived,
  deletesWithNewestHandle,
} from './acknowledgement-oracles.ts';
import { deletesItsQueues, drainsRuns, leavesNothingBehind } from './closing-oracles.ts';
import { leavesNoMessage } from './conservation-oracle.ts';
import { abortsInTime, startsInTime } from './deadline-oracles.ts';
import { holdsMessages, renewsLeases } from './holding-oracle.ts';
import { boundsOpenCalls, turnsAwayUnsent } from './load-oracles.ts';
import { keepsPolling } from './polling-oracle.ts';
import { recovers } from './recovery-oracle.ts';
import { noticesLostReplyQueue } from './reply-queue-oracle.ts';
import { failsSlowly, sendsSparingly } from './sends-oracle.ts';
import { heedsAborts, settlesInTime, settlesOnce } from './settlement-oracles.ts';
import { keepsToSlots } from './slot-oracle.ts';
import { claimsBeforeRun, fencesRuns, recordsCallOnce, recordsOnce } from './store-oracles.ts';
import { sparesLiveQueues, sweepsDeadQueues } from './sweep-oracles.ts';
import {
  deliversOwnReply,
  deliversReturnedValue,
  refusesOtherInput,
  tellsOfEffects,
} from './truth-oracles.ts';

/** By invariant, and what of it each looks for. */
export const allOracles: Readonly<Record<string, Oracle>> = {
  'I1 in time': settlesInTime,
  'I1 aborts': heedsAborts,
  I2: tellsOfEffects,
  I3: settlesOnce,
  I4: deliversOwnReply,
  I5: deliversReturnedValue,
  'I8 records': recordsOnce,
  'I8 claims': claimsBeforeRun,
  'I8 calls': recordsCallOnce,
  'I9 fences': fencesRuns,
  'I9 messages': holdsMessages,
  'I9 leases': renewsLeases,
  I10: refusesOtherInput,
  I11: startsInTime,
  I12: keepsToSlots,
  I13: abortsInTime,
  I14: deletesAfterReply,
  'I15 receipts': deletesWhatItReceived,
  'I15 handles': deletesWithNewestHandle,
  'I18 dead': sweepsDeadQueues,
  'I18 live': sparesLiveQueues,
  I19: noticesLostReplyQueue,
  'I21 things': leavesNothingBehind,
  'I21 queues': deletesItsQueues,
  I22: drainsRuns,
  I24: recovers,
  I25: keepsPolling,
  'I26 sends': sendsSparingly,
  'I26 failures': failsSlowly,
  'I27 calls': boundsOpenCalls,
  'I27 refusals': turnsAwayUnsent,
  I28: leavesNoMessage,
};
