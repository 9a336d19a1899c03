import type { HistoryIndex } from './history-index.ts';
import type { QueueIndex } from './queue-index.ts';
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
      if (receipt.order > run.order) break;
      if (receipt.process !== run.process) continue;
      const unseenMs = readMs(receipt, run, queues) - receipt.atMs;
      const coarseMs = receipt.receiveCount > 1 ? SERVICE_TIME_STEP_MS : 0;
      latestMs = Math.max(latestMs, storedMs + frame.timeoutMs + unseenMs + coarseMs);
    }
  }
  return latestMs === -Infinity ? undefined : latestMs;
}

/** The process reads what has reached it when it can, at the latest when the run begins. */
function readMs(
  { atMs, deliveredMs, message }: Receipt,
  run: RunTrace,
  queues: QueueIndex,
): number {
  const { process, startedMs } = run;
  if (deliveredMs !== Infinity) return Math.min(startedMs, process.nextAwakeMs(deliveredMs));
  // Where receives do not say what they brought, the last one before the run may have brought it.
  const polls = queues.queues.get(message.queue)?.polls.get(process);
  const poll = polls?.findLast((each) => each.order < run.order);
  return Math.min(startedMs, process.nextAwakeMs(Math.max(atMs, poll?.atMs ?? atMs)));
}

/** Whether the process had been brought the run's request before `order`. */
export function isDeliveredBefore(run: RunTrace, order: number, { queues }: HistoryIndex): boolean {
  const carriers = queues.requests.get(run.callId)?.carriers ?? [];
  return carriers.some(({ message }) =>
    message.receipts.some(
      ({ deliveredOrder, order: handedOut, process }) =>
        process === run.process &&
        (deliveredOrder === Infinity ? handedOut : deliveredOrder) < order,
    ),
  );
}
