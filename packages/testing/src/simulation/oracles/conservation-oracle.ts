import type { Oracle, Violation } from '../oracle.ts';

/** I28: in the long time after the faults all requests leave their queue. Replies go with theirs. */
export const leavesNoMessage: Oracle = (history) => {
  if (!history.ended || history.healedMs === Infinity) return [];
  const violations: Violation[] = [];
  for (const message of history.queues.messages.values()) {
    const { deletions, frames, messageId, queue, storedMs, storedOrder } = message;
    if (deletions.length > 0 || storedMs > history.healedMs) continue;
    // Foreign ones are left for whoever they are for.
    if (frames.some(({ kind }) => kind === 'foreign')) continue;
    const { createdOrder = 0, deletion, maker } = history.queues.queues.get(queue) ?? {};
    // It went with the queue, or was taken by one that was not there any more.
    if (deletion !== undefined && Math.max(deletion.order, createdOrder) > storedOrder) continue;
    // Whoever dies, or cannot get rid of its queue, leaves that to the sweepers.
    if (maker?.role === 'requester') continue;
    const text = `${messageId} of ${frames.map(({ call }) => call).join(', ')} is left in ${queue}`;
    violations.push({ invariant: 'I28', message: text, atMs: history.lastMs });
  }
  return violations;
};
