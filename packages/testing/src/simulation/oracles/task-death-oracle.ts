import type { Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { TaskTrace } from './task-index.ts';
import type { TaskOracle } from './task-oracle.ts';
import type { Carrier, Receipt } from './traces.ts';

/** I39: who lies with the dead letters has used up its attempts, or has failed for good. */
export const buriesTheDead: TaskOracle = (history, tasks, bounds) => {
  const violations: Violation[] = [];
  for (const task of tasks.tasks) {
    for (const copy of task.deadCopies) {
      if (copy.copy) continue;
      const why = wrongWith(task, copy.order, bounds.attempts, history);
      if (why === undefined) continue;
      const message = `${copy.process.name} buried ${task.task}, ${why}`;
      violations.push({ invariant: 'I39', message, atMs: copy.storedMs });
    }
    if (!task.moved) continue;
    const most = Math.max(...task.carriers.map(({ message }) => message.receipts.length));
    if (most >= bounds.maxReceiveCount) continue;
    const message = `${task.task} was moved after ${most} receives`;
    violations.push({ invariant: 'I39', message, atMs: history.lastMs });
  }
  return violations;
};

function wrongWith(
  { call, carriers, runs, told }: TaskTrace,
  order: number,
  attempts: number,
  history: HistoryIndex,
): string | undefined {
  if (call.request?.unfit === true) return undefined;
  const before = runs.filter((run) => run.order < order);
  if (before.some(({ endedOrder, final }) => final && endedOrder < order)) return undefined;
  const most = Math.max(
    0,
    ...carriers.map((each) => receivesOf(each, order).length + each.attempt - 1),
  );
  if (most < attempts) return `which had been received ${most} times, and may run ${attempts}`;
  const [only] = carriers;
  // What waits for another of its id or its group, or was taken out of a message, was received without a run.
  if (
    only === undefined ||
    carriers.length > 1 ||
    (told.deduplicationId ?? told.groupId) !== undefined
  )
    return undefined;
  if (only.message.frames.length > 1 || only.attempt > 1) return undefined;
  const receives = receivesOf(only, order);
  const disturbed = receives.filter(
    (each, index) => !isQuiet(each, receives[index + 1]?.atMs ?? history.lastMs, history),
  );
  if (before.length + disturbed.length >= attempts) return undefined;
  return `which had run ${before.length} times, with ${disturbed.length} receives that came to nothing, and may run ${attempts}`;
}

function receivesOf({ message }: Carrier, order: number): readonly Receipt[] {
  return message.receipts.filter((receipt) => receipt.order < order);
}

/** Whether nothing has hit who received it, until it came again. */
function isQuiet(
  { atMs, deliveredMs, process }: Receipt,
  untilMs: number,
  { faults }: HistoryIndex,
): boolean {
  const overMs = Math.min(process.crashedMs, process.closingMs);
  if (deliveredMs > untilMs || overMs <= untilMs) return false;
  if (process.stalledBetween(atMs, untilMs)) return false;
  return !faults.hit(process, [''], { fromMs: atMs, toMs: untilMs });
}
