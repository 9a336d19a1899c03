import type { HistoryIndex } from './history-index.ts';
import type { Receipt, RunTrace } from './traces.ts';

/** On a redelivery the service tells its time in seconds, so that a message may pass for younger. */
const SERVICE_TIME_STEP_MS = 1000;

/**
 * The latest instant that a run's process could take for its deadline. It measures by the service's
 * clock how long the message had lain when it was handed out, and by its own from when it read it:
 * what lies between the two it cannot see. Undefined: no message says.
 */
export function deadlineOf(run: RunTrace, { queues }: HistoryIndex): number | undefined {
  let latestMs = -Infinity;
  for (const { frame, message, order, storedMs } of queues.requests.get(run.callId)?.carriers ??
    []) {
    if (order > run.order) break;
    if (frame.timeoutMs === undefined) continue;
    for (const receipt of message.receipts) {
      if (receipt.process !== run.process || receipt.deliveredOrder > run.order) continue;
      const unseenMs = readMs(receipt, run) - receipt.atMs;
      const coarseMs = receipt.receiveCount > 1 ? SERVICE_TIME_STEP_MS : 0;
      latestMs = Math.max(latestMs, storedMs + frame.timeoutMs + unseenMs + coarseMs);
    }
  }
  return latestMs === -Infinity ? undefined : latestMs;
}

/** The process reads what has reached it when it can, at the latest when the run begins. */
function readMs({ deliveredMs }: Receipt, { process, startedMs }: RunTrace): number {
  return Math.min(startedMs, process.nextAwakeMs(deliveredMs));
}

/** Whether the process had been brought the run's request before `order`. */
export function isDeliveredBefore(run: RunTrace, order: number, { queues }: HistoryIndex): boolean {
  const carriers = queues.requests.get(run.callId)?.carriers ?? [];
  return carriers.some(({ message }) =>
    message.receipts.some(
      ({ deliveredOrder, process }) => process === run.process && deliveredOrder < order,
    ),
  );
}
