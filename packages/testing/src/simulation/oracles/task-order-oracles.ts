import type { Violation } from '../oracle.ts';
import type { TaskTrace } from './task-index.ts';
import type { TaskOracle } from './task-oracle.ts';

/** I43: of a group no task begins before those in front of it are done, or dead. */
export const keepsGroupsInOrder: TaskOracle = (_history, tasks, bounds) => {
  const violations: Violation[] = [];
  for (const group of groupsOf(tasks.tasks)) {
    const stored = group
      .filter(({ carriers }) => carriers.length > 0)
      .toSorted((one, other) => storedOrder(one) - storedOrder(other));
    for (const [index, task] of stored.entries()) {
      const [first] = task.runs;
      if (first === undefined) continue;
      const before = stored
        .slice(0, index)
        .find((each) => overOrder(each, tasks.doneOrderOf(each, bounds)) > first.order);
      if (before === undefined) continue;
      const message = `${task.task} began before ${before.task} of its group was done or dead`;
      violations.push({ invariant: 'I43', message, atMs: first.startedMs });
    }
  }
  return violations;
};

/** I43: what one process enqueues in a group goes into the queue in that order. */
export const sendsGroupsInOrder: TaskOracle = (_history, { tasks }) => {
  const violations: Violation[] = [];
  for (const group of groupsOf(tasks)) {
    const sent = group.filter(({ accepted, carriers }) => accepted && carriers.length > 0);
    for (const [index, task] of sent.entries()) {
      const before = sent
        .slice(0, index)
        .find(
          (each) =>
            each.call.process === task.call.process && storedOrder(each) > storedOrder(task),
        );
      if (before === undefined) continue;
      const message = `${task.task} went into the queue before ${before.task}, which was enqueued first`;
      violations.push({ invariant: 'I43', message, atMs: task.call.startedMs });
    }
  }
  return violations;
};

function groupsOf(tasks: readonly TaskTrace[]): Iterable<readonly TaskTrace[]> {
  return Map.groupBy(
    tasks.filter(({ told }) => told.groupId !== undefined),
    ({ told }) => told.groupId,
  ).values();
}

function storedOrder({ carriers }: TaskTrace): number {
  return carriers[0]?.order ?? Infinity;
}

/** The service does not say when it moved a message: some time after the last receive. */
function overOrder({ carriers, deadCopies, moved }: TaskTrace, doneOrder: number): number {
  const movedOrder = moved
    ? Math.max(...carriers.flatMap(({ message }) => message.receipts.map(({ order }) => order)))
    : Infinity;
  return Math.min(doneOrder, deadCopies[0]?.order ?? Infinity, movedOrder);
}
