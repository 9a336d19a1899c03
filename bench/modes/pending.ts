import { Child } from '../child.ts';
import { progress } from '../progress.ts';
import type { PendingCommands, Weight } from '../roles/pending.ts';
import { PENDING_SUBJECTS, type PendingSubject } from '../settings.ts';
import { atMost, type Findings } from '../verdict.ts';

const CALLS = 100_000;
const MOST_BYTES = 1536;
const MOST_BYTES_WITH_SIGNAL = 2048;
const MOST_BYTES_OVER_TRPC = 1536;
const MOST_CANCEL_MS = 1000;

/** What open calls weigh: each subject in a process of its own, no responder, all requests taken. */
export async function runPending(): Promise<Findings> {
  const weights = new Map<PendingSubject, Weight>();
  for (const subject of PENDING_SUBJECTS) {
    progress(`${subject}: ${CALLS} open calls`);
    const child = new Child<PendingCommands>('pending', ['--expose-gc']);
    try {
      weights.set(subject, await child.ask('weigh', subject, CALLS));
    } finally {
      await child.close();
    }
  }
  const bytesOf = (subject: PendingSubject): number =>
    Math.round(weights.get(subject)?.bytesPerCall ?? Infinity);
  const msOf = (subject: PendingSubject): number =>
    Math.round(weights.get(subject)?.cancelMs ?? Infinity);
  return {
    rows: [],
    ratios: {},
    figures: [...weights].map(([subject, { bytesPerCall, cancelMs }]) => ({
      'open calls of': subject,
      'heap B each': Math.round(bytesPerCall),
      'cancelled in ms': Math.round(cancelMs),
    })),
    targets: [
      atMost('heap bytes of an open call', bytesOf('contract'), MOST_BYTES),
      atMost('with a signal', bytesOf('contract, signal'), MOST_BYTES_WITH_SIGNAL),
      atMost(
        "through queueLink, above tRPC's own",
        bytesOf('queueLink') - bytesOf('tRPC'),
        MOST_BYTES_OVER_TRPC,
      ),
      atMost(`ms to cancel all ${CALLS}`, msOf('contract'), MOST_CANCEL_MS),
      atMost('with a signal each', msOf('contract, signal'), MOST_CANCEL_MS),
      atMost(
        "ms through queueLink, above tRPC's own",
        msOf('queueLink') - msOf('tRPC'),
        MOST_CANCEL_MS,
      ),
    ],
  };
}
