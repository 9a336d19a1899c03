import { contractInfo, DEFAULT_TASK, RpcError, type BoundProcedure } from '@replyq/contract';
import { currentCall, isFifo, type Outbox, type QueueRef } from '@replyq/contract/transport';
import { assertCallOptions, userAttributes } from './call-options.ts';
import { clientTree } from './client-tree.ts';
import { encodeInput } from './encode-input.ts';
import { assertEnqueueOptions, type EnqueueOptions, type TaskAbout } from './enqueue-options.ts';
import { inputError } from './input-error.ts';
import { inLanes } from './lanes.ts';
import { assertOptionTypes, assertTaskList } from './option-types.ts';
import type { ResolvedRequesterOptions } from './requester-options.ts';
import { sendUnless } from './send-unless.ts';
import { sendError, taskError, unwantedError } from './task-errors.ts';
import { TaskFrame } from './task-frame.ts';
import { TaskSchedule } from './task-schedule.ts';
import {
  resultWithinMs,
  waitFor,
  type AwaitedResult,
  type OnProgress,
  type TaskResults,
} from './task-results.ts';
import type {
  AwaitedTask,
  EnqueueResult,
  ResultOptions,
  TaskOf,
  TasksOf,
  WaitOptions,
} from './tasks-of.ts';

export interface TasksOptions {
  /** Where this contract is served: name, URL or ARN. Default: the contract's name. */
  readonly queue?: QueueRef;
}

/** Characters of a task id: 132 bits, so that no two tasks share one. */
const TASK_ID_CHARACTERS = 22;

interface Surroundings {
  readonly settings: ResolvedRequesterOptions;
  readonly isClosed: () => boolean;
  readonly results: TaskResults;
}

interface PreparedTask {
  readonly id: string;
  readonly frame: TaskFrame;
  /** How long to try to hand it over. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Of a task that can be replaced or cancelled. */
  readonly scheduled: { readonly key: string; readonly delayMs: number } | undefined;
  /** Undefined: nobody waits for its result. */
  readonly result: { readonly withinMs: number; readonly onProgress: OnProgress } | undefined;
}

/** What a task may be enqueued with, whoever waits for it. */
type AnyOptions = EnqueueOptions & Partial<ResultOptions<never>>;

/** What its handle says, whoever waits for its result. */
type SentTask = Omit<AwaitedTask<unknown>, 'result'>;

/** The mutations of a contract, to be enqueued. Throws when `contract` is not one. */
export function createTaskClient<TContract extends object>(
  contract: TContract,
  options: TasksOptions,
  surroundings: Surroundings,
): TasksOf<TContract> {
  const info = contractInfo(contract);
  const mutations = [...info.procedures.values()].filter(({ type }) => type === 'mutation');
  const root = clientTree(mutations, (procedure) => {
    const queue = new TaskQueue(procedure, options.queue ?? info.name, surroundings);
    return {
      enqueue: (input: unknown, each?: AnyOptions) => queue.enqueue(input, each),
      enqueueMany: (tasks: readonly TaskOf<unknown>[], all?: AnyOptions) =>
        queue.enqueueMany(tasks, all),
      cancel: (scheduleKey: string) => queue.cancel(scheduleKey),
    };
  });
  return root as TasksOf<TContract>;
}

/** One procedure's tasks, on their way to one queue. */
class TaskQueue {
  readonly #procedure: BoundProcedure;
  readonly #queue: QueueRef;
  readonly #surroundings: Surroundings;
  readonly #schedule: TaskSchedule;

  constructor(procedure: BoundProcedure, queue: QueueRef, surroundings: Surroundings) {
    this.#procedure = procedure;
    this.#queue = queue;
    this.#surroundings = surroundings;
    const { schedules, transport } = surroundings.settings;
    this.#schedule = new TaskSchedule(schedules, procedure, transport.runtime);
  }

  async enqueue(input: unknown, options: AnyOptions = {}): Promise<SentTask> {
    return this.#send(this.#prepare(input, options));
  }

  async enqueueMany(
    tasks: readonly TaskOf<unknown>[],
    options: AnyOptions = {},
  ): Promise<readonly EnqueueResult<SentTask>[]> {
    assertTaskList(tasks, this.#about);
    assertOptionTypes(options, this.#about);
    const prepared = tasks.map(({ input, ...own }) => this.#prepare(input, { ...options, ...own }));
    const all = [...prepared.entries()];
    const keyed = all.filter(([, { scheduled }]) => scheduled !== undefined);
    const results: EnqueueResult<SentTask>[] = [];
    // Ahead of all, or those without a key would overtake them.
    if (keyed.length > 0) {
      await inLanes(keyed, async ([at, task]) => {
        const failed = await this.#unnumbered(task);
        if (failed !== undefined) results[at] = failed;
      });
    }
    await inLanes(all, async ([at, task]) => {
      results[at] ??= await this.#resultOf(task);
    });
    return results;
  }

  async cancel(scheduleKey: string): Promise<boolean> {
    return this.#schedule.cancel(scheduleKey, this.#about);
  }

  get #about(): TaskAbout {
    return { procedure: this.#procedure.path, queue: this.#outbox.queue };
  }

  get #outbox(): Outbox {
    return this.#surroundings.settings.transport.outbox(this.#queue);
  }

  /** Throws an `RpcError` BAD_REQUEST: nothing was sent. */
  #prepare(input: unknown, options: AnyOptions): PreparedTask {
    const { results, settings: requester } = this.#surroundings;
    const { maxTimeoutMs, timeoutMs, transport } = requester;
    const { runtime } = transport;
    const procedure = this.#procedure;
    const { path, settings } = procedure;
    const queue = this.#outbox.queue;
    const about = { procedure: path, queue, attempt: 1 };
    const fifo = isFifo(queue);
    assertOptionTypes(options, about);
    const delayMs = options.delayMs ?? (settings.task ?? DEFAULT_TASK).delayMs;
    assertCallOptions(options, maxTimeoutMs, about);
    assertEnqueueOptions(options, delayMs, fifo, about);
    this.#schedule.assert(options, about);
    const attributes = userAttributes(options.attributes, about);
    const encoded = encodeInput(procedure, input, about);
    const withinMs = resultWithinMs(options, delayMs, about);
    const id = withinMs === undefined ? runtime.createId(TASK_ID_CHARACTERS) : results.createId();
    const scope = currentCall();
    const init = {
      id,
      procedure,
      ...encoded,
      attributes,
      options,
      delayMs,
      progress: options.onProgress !== undefined,
    };
    try {
      const frame = new TaskFrame({ ...init, fifo, scope });
      const { onProgress, scheduleKey: key, signal } = options;
      const scheduled = key === undefined ? undefined : { key, delayMs };
      const result = withinMs === undefined ? undefined : { withinMs, onProgress };
      return { id, frame, timeoutMs: options.timeoutMs ?? timeoutMs, signal, scheduled, result };
    } catch (cause) {
      throw inputError(cause, about);
    }
  }

  async #resultOf(task: PreparedTask): Promise<EnqueueResult<SentTask>> {
    try {
      return { ok: true, task: await this.#send(task) };
    } catch (cause) {
      return { ok: false, error: RpcError.from(cause) };
    }
  }

  /** Undefined: it has its number now. */
  async #unnumbered(task: PreparedTask): Promise<EnqueueResult<never> | undefined> {
    try {
      this.#assertWanted(task);
      await this.#number(task);
      return undefined;
    } catch (cause) {
      return { ok: false, error: RpcError.from(cause) };
    }
  }

  #assertWanted({ signal }: PreparedTask): void {
    if (this.#surroundings.isClosed())
      throw taskError(this.#about, 'CLOSED', 'The requester was closed.');
    if (signal?.aborted === true)
      throw taskError(this.#about, 'CANCELLED', undefined, signal.reason);
  }

  async #send(task: PreparedTask): Promise<SentTask> {
    this.#assertWanted(task);
    const { frame, result, timeoutMs } = task;
    const { results, settings } = this.#surroundings;
    const { runtime } = settings.transport;
    frame.deadlineMs = runtime.monotonicMs() + timeoutMs;
    if (result === undefined) return this.#handOver(task);
    const awaited = results.open({
      ...result,
      id: task.id,
      procedure: this.#procedure,
      queue: this.#queue,
    });
    try {
      await this.#readyForResults(task, awaited);
      frame.address = results.addressOf(awaited);
      const handle = await this.#handOver(task, awaited);
      const waited: AwaitedTask<unknown> = {
        ...handle,
        result: (look: WaitOptions = {}) => waitFor(awaited, look, runtime),
      };
      return waited;
    } catch (cause) {
      results.forget(awaited, cause);
      throw cause;
    }
  }

  /** Nothing may leave before its result can come back. */
  async #readyForResults(
    { frame: { deadlineMs }, signal }: PreparedTask,
    awaited: AwaitedResult,
  ): Promise<void> {
    // Meanwhile, or the first task would wait for one after the other.
    this.#outbox.prepare();
    const obstacle = await this.#surroundings.results.obstacle(awaited, { deadlineMs, signal });
    if (signal?.aborted === true)
      throw taskError(this.#about, 'CANCELLED', undefined, signal.reason);
    // It could not be opened, or the requester was closed meanwhile.
    if (awaited.call.settled) throw unwantedError(this.#about, awaited);
    if (obstacle === undefined) return;
    throw taskError(
      this.#about,
      'NOT_SENT',
      `The task was not sent, because there is no reply queue: ${obstacle}`,
    );
  }

  /** Of a task that can be replaced or cancelled, and has no number yet. */
  async #number({ frame, scheduled, signal }: PreparedTask): Promise<void> {
    if (scheduled === undefined) return;
    frame.schedule = await this.#schedule.number(scheduled.key, scheduled.delayMs, this.#about);
    if (signal?.aborted === true)
      throw taskError(this.#about, 'CANCELLED', undefined, signal.reason);
  }

  /** `awaited` undefined: nobody waits for its result. */
  async #handOver(task: PreparedTask, awaited?: AwaitedResult): Promise<SentTask> {
    const { frame, id, scheduled, signal } = task;
    const outbox = this.#outbox;
    if (scheduled !== undefined && frame.schedule === undefined) await this.#number(task);
    const outcome =
      signal === undefined ? await outbox.send(frame) : await sendUnless(signal, frame, outbox);
    const isAccepted = outcome.kind === 'accepted';
    // What was answered the queue had, also where its own answer was lost.
    if (isAccepted || (outcome.kind === 'unknown' && awaited?.end.isReplied === true)) {
      if (frame.schedule !== undefined) await this.#schedule.sent(frame.schedule, this.#about);
      const messageId = isAccepted ? outcome.messageId : undefined;
      return { id, messageId, procedure: this.#procedure.path, queue: outbox.queue };
    }
    throw sendError(this.#about, outcome, signal, awaited);
  }
}
