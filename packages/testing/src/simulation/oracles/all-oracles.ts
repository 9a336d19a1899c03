/**
 * The oracles by the invariant that each keeps watch over:
 *
 *   settlement-oracles.ts        I1 I3        calls settle, in time and once
 *   truth-oracles.ts             I2 I4 I5     what they are told is true
 *   store-oracles.ts             I8 I9        keys of a shared reply store
 *   deadline-oracles.ts          I11 I13      runs and their deadlines
 *   slot-oracle.ts               I12          runs at once
 *   acknowledgement-oracles.ts   I14 I15      when messages are deleted
 *   reply-queue-oracle.ts        I19          a reply queue that somebody deletes
 *   closing-oracles.ts           I21 I22      what is left after closing
 *   recovery-oracle.ts           I24          after the faults
 *   polling-oracle.ts            I25          receiving goes on
 *   sends-oracle.ts              I26          requests are not repeated for ever
 */
import type { Oracle } from '../oracle.ts';
import { deletesAfterReply, deletesWhatItReceived } from './acknowledgement-oracles.ts';
import { drainsRuns, leavesNothingBehind } from './closing-oracles.ts';
import { abortsInTime, startsInTime } from './deadline-oracles.ts';
import { keepsPolling } from './polling-oracle.ts';
import { recovers } from './recovery-oracle.ts';
import { noticesLostReplyQueue } from './reply-queue-oracle.ts';
import { sendsSparingly } from './sends-oracle.ts';
import { settlesInTime, settlesOnce } from './settlement-oracles.ts';
import { keepsToSlots } from './slot-oracle.ts';
import { fencesRuns, recordsOnce } from './store-oracles.ts';
import { deliversOwnReply, deliversReturnedValue, tellsOfEffects } from './truth-oracles.ts';

export const allOracles: Readonly<Record<string, Oracle>> = {
  I1: settlesInTime,
  I2: tellsOfEffects,
  I3: settlesOnce,
  I4: deliversOwnReply,
  I5: deliversReturnedValue,
  I8: recordsOnce,
  I9: fencesRuns,
  I11: startsInTime,
  I12: keepsToSlots,
  I13: abortsInTime,
  I14: deletesAfterReply,
  I15: deletesWhatItReceived,
  I19: noticesLostReplyQueue,
  I21: leavesNothingBehind,
  I22: drainsRuns,
  I24: recovers,
  I25: keepsPolling,
  I26: sendsSparingly,
};
