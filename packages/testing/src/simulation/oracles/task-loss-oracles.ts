import type { Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { TaskTrace } from './task-index.ts';
import type { TaskOracle } from './task-oracle.ts';
import type { MessageTrace } from './traces.ts';

/** I37: what the queue has taken is done in the end, or lies with the dead letters. */
export const losesNoTask: TaskOracle = (history, tasks, bounds) => {
  if (!history.ended) return [];
  const violations: Violation[] = [];
  const left = new Set(history.left.get(bounds.deadLetterQueue)?.messageIds);
  for (const task of tasks.tasks) {
    const { accepted, call, carriers } = task;
    const dropped = (call.request?.droppedFor.length ?? 0) > 0;
    if (!accepted && carriers.length === 0 && !dropped) continue;
    if (tasks.doneOrderOf(task, bounds) < Infinity || isDead(task, left)) continue;
    // It stands for the one that was dropped for it.
    if (dropped && tasks.siblingsOf(task).some((sibling) => isDead(sibling, left))) continue;
    const what =
      carriers.length === 0 && !dropped ? 'and was never in the queue' : 'neither done nor dead';
    const message = `${task.task} was ${accepted ? 'accepted' : 'sent'}, ${what}`;
    violations.push({ invariant: 'I37', message, atMs: call.startedMs });
  }
  return violations;
};

function isDead({ deadCopies, moved }: TaskTrace, left: ReadonlySet<string>): boolean {
  return moved || deadCopies.some(({ message }) => left.has(message.messageId));
}

/** I38: a message is deleted only when each task in it is done, was sent on, or lies with the dead letters. */
export const deletesDoneTasks: TaskOracle = (history, tasks, bounds) => {
  const violations: Violation[] = [];
  const byRequest = new Map(tasks.tasks.map((task) => [task.call.request, task] as const));
  for (const message of history.queues.messages.values()) {
    const [deletion] = message.deletions;
    if (message.queue === bounds.deadLetterQueue || deletion === undefined) continue;
    if (deletion.process.name === 'service') continue;
    for (const frame of message.frames) {
      const request = history.queues.requests.get(frame.callId ?? '');
      const task = byRequest.get(request);
      if (task === undefined) continue;
      if (tasks.doneOrderOf(task, bounds) < deletion.order) continue;
      if (isElsewhere(task, message, deletion.order)) continue;
      const text = `${deletion.process.name} deleted ${message.messageId} with ${task.task}, which is neither done nor elsewhere`;
      violations.push({ invariant: 'I38', message: text, atMs: deletion.atMs });
    }
  }
  return violations;
};

/** Whether another message has it at that moment. */
function isElsewhere(
  { carriers, deadCopies }: TaskTrace,
  message: MessageTrace,
  order: number,
): boolean {
  return [...carriers, ...deadCopies].some(
    (each) =>
      each.message !== message &&
      each.order < order &&
      (each.message.deletions[0]?.order ?? Infinity) > order,
  );
}

/** I44: in the long time after the faults all tasks leave the queue. */
export const settlesAllTasks: TaskOracle = (history, _tasks, { deadLetterQueue }) => {
  if (!history.ended) return [];
  const violations: Violation[] = [];
  for (const { hidden, messageIds, queue } of history.left.values()) {
    if (queue === deadLetterQueue || hidden + messageIds.length === 0) continue;
    const message = `${queue} still has ${messageIds.length} visible messages and ${hidden} others: ${tasksLeft(history, queue)}`;
    violations.push({ invariant: 'I44', message, atMs: history.lastMs });
  }
  return violations;
};

function tasksLeft({ queues }: HistoryIndex, queue: string): string {
  return [...queues.messages.values()]
    .filter((message) => message.queue === queue && message.deletions.length === 0)
    .flatMap(({ frames }) => frames.map(({ call }) => call))
    .slice(0, 5)
    .join(', ');
}
