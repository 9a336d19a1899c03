import type { Alarm, Alarms, Runtime } from '@replyq/contract/transport';
import {
  messageBytes,
  type Failure,
  type MessageMoveTask,
  type StartMessageMoveTaskRequest,
} from '@replyq/queue';
import type { QueueDirectory } from './queue-directory.ts';
import { rangeFault } from './range-fault.ts';
import type { StoredMessage } from './stored-message.ts';

/** SQS: the most that a task moves in a second. */
const MAX_PER_SECOND = 500;
const TURNS_PER_SECOND = 10;
/** SQS lists the last ten tasks of a source. */
const MAX_LISTED = 10;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Task extends Writable<Omit<MessageMoveTask, 'taskHandle'>> {
  readonly taskHandle: string;
  readonly request: StartMessageMoveTaskRequest;
  alarm: Alarm | undefined;
}

export interface MoveTasksOptions {
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  readonly directory: QueueDirectory;
}

/** What StartMessageMoveTask has begun: messages go one by one, as new ones, with what they carry. */
export class MoveTasks {
  readonly #options: MoveTasksOptions;
  /** By the ARN of the source, the newest first. */
  readonly #tasks = new Map<string, Task[]>();

  constructor(options: MoveTasksOptions) {
    this.#options = options;
  }

  start(request: StartMessageMoveTaskRequest): { readonly taskHandle: string } | Failure {
    const { directory, runtime } = this.#options;
    const { destinationArn, maxPerSecond = MAX_PER_SECOND, sourceArn } = request;
    const source = directory.findByArn(sourceArn);
    if (source === undefined) return { kind: 'gone', error: 'The source queue does not exist' };
    if (destinationArn !== undefined && directory.findByArn(destinationArn) === undefined) {
      return { kind: 'gone', error: 'The destination queue does not exist' };
    }
    const tasks = this.#tasks.get(sourceArn) ?? [];
    const fault =
      rangeFault('maxPerSecond', maxPerSecond, 1, MAX_PER_SECOND) ??
      (directory.sourcesOf(source).length === 0
        ? 'The source is not the dead-letter queue of another queue'
        : undefined) ??
      (tasks[0]?.status === 'RUNNING' ? 'There is already a task running' : undefined);
    if (fault !== undefined) return { kind: 'invalid', error: fault };
    const task: Task = {
      taskHandle: runtime.createId(22),
      status: 'RUNNING',
      movedCount: 0,
      toMoveCount: source.attributes().visibleCount,
      request: { ...request, maxPerSecond },
      alarm: undefined,
    };
    this.#tasks.set(sourceArn, [task, ...tasks].slice(0, MAX_LISTED));
    this.#comeBack(task);
    return task;
  }

  list(sourceArn: string): readonly MessageMoveTask[] | Failure {
    if (this.#options.directory.findByArn(sourceArn) === undefined) {
      return { kind: 'gone', error: 'The source queue does not exist' };
    }
    return (this.#tasks.get(sourceArn) ?? []).map(({ alarm: _a, request: _r, ...task }) => {
      const { taskHandle, ...told } = task;
      return task.status === 'RUNNING' ? { ...told, taskHandle } : told;
    });
  }

  close(): void {
    for (const { alarm } of [...this.#tasks.values()].flat()) {
      if (alarm !== undefined) this.#options.alarms.cancel(alarm);
    }
    this.#tasks.clear();
  }

  #comeBack(task: Task): void {
    const { alarms, runtime } = this.#options;
    const atMs = runtime.monotonicMs() + 1000 / TURNS_PER_SECOND;
    task.alarm = alarms.set(atMs, () => {
      task.alarm = undefined;
      this.#turn(task);
    });
  }

  #turn(task: Task): void {
    const { maxPerSecond = MAX_PER_SECOND, sourceArn } = task.request;
    const source = this.#options.directory.findByArn(sourceArn);
    if (source === undefined) return end(task, 'NonExistentQueue');
    const most = Math.ceil(maxPerSecond / TURNS_PER_SECOND);
    const taken = source.takeAway(most);
    for (const [at, message] of taken.entries()) {
      const fault = this.#move(message, task.request);
      if (fault !== undefined) {
        for (const left of taken.slice(at)) source.adopt(left, left.deadFrom);
        return end(task, fault);
      }
      task.movedCount += 1;
    }
    if (taken.length === 0) task.status = 'COMPLETED';
    else this.#comeBack(task);
  }

  /** Why it could not be moved, or undefined. */
  #move(
    message: StoredMessage,
    { destinationArn }: StartMessageMoveTaskRequest,
  ): string | undefined {
    const { directory, runtime } = this.#options;
    const { attributes, body, deadFrom, groupId, traceHeader } = message;
    const target = directory.findByArn(destinationArn ?? deadFrom ?? '');
    if (target === undefined) return 'CouldNotDetermineMessageSource';
    const copy = {
      body,
      attributes,
      ...(traceHeader !== undefined && { traceHeader }),
      ...(groupId !== undefined && { groupId }),
      ...(target.settings.fifo && { deduplicationId: runtime.createId(22) }),
    };
    const [sent] = target.send([copy], [messageBytes(copy)]);
    return sent?.kind === 'ok' ? undefined : (sent?.error ?? 'Not taken');
  }
}

function end(task: Task, reason: string): void {
  task.status = 'FAILED';
  task.failureReason = reason;
}
