import type { TaskFact } from '../fact.ts';
import type { HistoryIndex } from './history-index.ts';
import type { TaskBounds } from './task-bounds.ts';
import type { CallTrace, Carrier, RunTrace } from './traces.ts';

/** One task, as a history tells of it. Orders of what never happened are `Infinity`. */
export interface TaskTrace {
  readonly task: string;
  readonly call: CallTrace;
  readonly told: TaskFact;
  /** Whether its producer was told that the queue has it. */
  readonly accepted: boolean;
  readonly runs: readonly RunTrace[];
  /** Messages with it in the queue, in the order of the sends. */
  readonly carriers: readonly Carrier[];
  /** Copies of it that workers put into the dead letters. */
  readonly deadCopies: readonly Carrier[];
  /** The service has moved a message of it there. */
  readonly moved: boolean;
  /** When a run of it first succeeded. */
  readonly doneOrder: number;
}

/** The tasks of a history, and which of them are one task between them. */
export class TaskIndex {
  readonly tasks: readonly TaskTrace[];
  readonly #siblings: ReadonlyMap<string, readonly TaskTrace[]>;

  constructor(history: HistoryIndex, bounds: TaskBounds) {
    this.tasks = [...history.calls.values()].flatMap((call) =>
      call.task === undefined ? [] : traceOf(call, call.task, history, bounds),
    );
    this.#siblings = Map.groupBy(this.tasks, ({ task, told }) =>
      told.deduplicationId === undefined
        ? `task ${task}`
        : `id ${told.procedure} ${told.deduplicationId}`,
    );
  }

  /** Itself, and those with its deduplication id. */
  siblingsOf({ task, told }: TaskTrace): readonly TaskTrace[] {
    const { deduplicationId, procedure } = told;
    const key =
      deduplicationId === undefined ? `task ${task}` : `id ${procedure} ${deduplicationId}`;
    return this.#siblings.get(key) ?? [];
  }

  /** When it was first done, by itself or, where that counts, by one with its deduplication id. */
  doneOrderOf(task: TaskTrace, { remembers }: TaskBounds): number {
    const dropped = (task.call.request?.droppedFor.length ?? 0) > 0;
    if (!remembers && !dropped) return task.doneOrder;
    return Math.min(...this.siblingsOf(task).map(({ doneOrder }) => doneOrder));
  }
}

function traceOf(
  call: CallTrace,
  told: TaskFact,
  history: HistoryIndex,
  { deadLetterQueue }: TaskBounds,
): TaskTrace {
  const { request, runs, settlements } = call;
  const all = request?.carriers ?? [];
  const carriers = all.filter(({ message }) => message.queue !== deadLetterQueue);
  const left = history.left.get(deadLetterQueue)?.messageIds ?? [];
  return {
    task: call.call,
    call,
    told,
    accepted: settlements[0]?.fact.outcome === 'ok',
    runs,
    carriers,
    deadCopies: all.filter(({ message }) => message.queue === deadLetterQueue),
    moved: carriers.some(({ message }) => left.includes(message.messageId)),
    doneOrder: Math.min(
      Infinity,
      ...runs.map(({ endedOrder, succeeded }) => (succeeded ? endedOrder : Infinity)),
    ),
  };
}
