import type { FrameFact } from '../fact.ts';
import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { Deletion, MessageTrace } from './traces.ts';

/** I14: a request is deleted only when it is answered, expired, sent on, or cannot be answered any more. */
export const deletesAfterReply: Oracle = (history, { slackMs }) => {
  const violations: Violation[] = [];
  for (const message of history.queues.messages.values()) {
    const [deletion] = message.deletions;
    if (deletion === undefined || isByService(deletion)) continue;
    for (const frame of message.frames) {
      if (isDone(frame, message, deletion, slackMs, history)) continue;
      const text = `${deletion.process.name} deleted ${message.messageId} before ${frame.callId} was answered`;
      violations.push({ invariant: 'I14', message: text, atMs: deletion.atMs });
    }
  }
  return violations;
};

function isDone(
  frame: FrameFact,
  { queue }: MessageTrace,
  { atMs, order }: Deletion,
  slackMs: number,
  { queues }: HistoryIndex,
): boolean {
  // Without an address nobody waits for a reply.
  if (frame.kind !== 'request' || frame.callId === undefined) return true;
  const request = queues.requests.get(frame.callId);
  if (request === undefined) return true;
  if (Math.min(request.repliedOrder, request.refusedOrder) < order) return true;
  if (atMs >= request.earliestDeadlineMs - slackMs) return true;
  const sentOn = request.carriers.some(
    (carrier) =>
      carrier.order < order &&
      carrier.attempt > (frame.attempt ?? 1) &&
      carrier.message.queue === queue,
  );
  return sentOn || queues.isReplyQueueGone(frame, order);
}

/** I15: nobody deletes what it was not given. */
export const deletesWhatItReceived: Oracle = (history) => {
  const violations: Violation[] = [];
  for (const { deletions, messageId, receipts } of history.queues.messages.values()) {
    for (const { atMs, order, process } of deletions) {
      if (isByService({ process })) continue;
      if (receipts.some((receipt) => receipt.process === process && receipt.order < order))
        continue;
      const message = `${process.name} deleted ${messageId}, which it had not received`;
      violations.push({ invariant: 'I15', message, atMs });
    }
  }
  return violations;
};

/** In this time something is done with a handle: its message is extended, deleted or given back. */
const USED_WITHIN_MS = 15_000;

/**
 * I15: deletes use the newest handle. One that was asked for before the message came again may be on
 * its way with the older; then the newer one is used soon, too.
 */
export const deletesWithNewestHandle: Oracle = (history) => {
  const violations: Violation[] = [];
  for (const process of history.processes.values()) {
    const { closingMs, crashedMs, handleUses, name } = process;
    for (const { atMs, delivery, for: operation, messageId, newest, queue } of handleUses) {
      if (operation !== 'delete' || delivery === newest) continue;
      const uses = handleUses.filter((other) => other.messageId === messageId);
      // One that was lost before it was used has a newer one after it.
      const isUsed = uses.some((other) => other.delivery >= newest);
      const toMs = atMs + USED_WITHIN_MS;
      const { deletion } = history.queues.queues.get(queue) ?? {};
      const goneMs = deletion?.atMs ?? Infinity;
      if (isUsed || Math.min(closingMs, crashedMs, goneMs, history.lastMs) < toMs) continue;
      if (process.stalledBetween(atMs, toMs)) continue;
      const message = `${name} deleted ${messageId} with handle ${delivery} of ${newest}, and forgot the newest`;
      violations.push({ invariant: 'I15', message, atMs });
    }
  }
  return violations;
};

/** Retention and purges are the service's own. */
function isByService({ process }: Pick<Deletion, 'process'>): boolean {
  return process.name === 'service';
}
