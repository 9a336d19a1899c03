import { RpcError, type BoundProcedure } from '@replyq/contract';
import {
  inTime,
  scheduleKeyOf,
  SCHEDULE_STORE_LIMIT_MS,
  type Runtime,
  type ScheduleStore,
} from '@replyq/contract/transport';
import type { ScheduleMark } from '@replyq/contract/wire';
import type { EnqueueOptions, TaskAbout } from './enqueue-options.ts';

/** Past the time at which a task is due: as long as SQS keeps a message, or what is dead. */
const KEEP_MS = 1_209_600_000;
const KEY = /^[\x21-\x7e]{1,128}$/;

/** What a schedule store is asked and told about the tasks of one procedure on one queue. */
export class TaskSchedule {
  readonly #store: ScheduleStore | undefined;
  readonly #procedure: BoundProcedure;
  readonly #runtime: Runtime;

  constructor(store: ScheduleStore | undefined, procedure: BoundProcedure, runtime: Runtime) {
    this.#store = store;
    this.#procedure = procedure;
    this.#runtime = runtime;
  }

  /** Throws an `RpcError` BAD_REQUEST. */
  assert(options: Pick<EnqueueOptions, 'scheduleKey' | 'deduplicationId'>, about: TaskAbout): void {
    const { deduplicationId, scheduleKey } = options;
    if (scheduleKey === undefined) return;
    this.#storeFor(scheduleKey, about);
    if (deduplicationId === undefined) return;
    // The first would be replaced, and the second dropped.
    const message =
      'A task has a deduplicationId, of which the first counts, or a scheduleKey, of which the last does.';
    throw new RpcError({ ...about, code: 'BAD_REQUEST', message });
  }

  /** Before it is sent: the task's place among those with its key. Throws an `RpcError` NOT_SENT. */
  async number(scheduleKey: string, delayMs: number, about: TaskAbout): Promise<ScheduleMark> {
    const store = this.#storeFor(scheduleKey, about);
    try {
      const asked = store.number(this.#keyOf(scheduleKey, about), delayMs + KEEP_MS);
      const number = await this.#answer(asked);
      return { key: scheduleKey, number };
    } catch (cause) {
      const message = 'The task was not sent: the schedule store does not answer.';
      throw new RpcError({ ...about, code: 'NOT_SENT', message, cause });
    }
  }

  /** The queue has it: those before it do not run any more. Throws an `RpcError` SEND_UNKNOWN. */
  async sent({ key, number }: ScheduleMark, about: TaskAbout): Promise<void> {
    try {
      await this.#answer(this.#storeFor(key, about).sent(this.#keyOf(key, about), number));
    } catch (cause) {
      const message =
        'The queue has the task, but the schedule store was not told: one with its key may run before it.';
      throw new RpcError({ ...about, code: 'SEND_UNKNOWN', maybeExecuted: true, message, cause });
    }
  }

  async cancel(scheduleKey: string, about: TaskAbout): Promise<boolean> {
    const store = this.#storeFor(scheduleKey, about);
    try {
      return await this.#answer(store.cancel(this.#keyOf(scheduleKey, about)));
    } catch (cause) {
      const message =
        'Whether the task was cancelled is not known: the schedule store does not answer.';
      throw new RpcError({ ...about, code: 'SERVICE_UNAVAILABLE', message, cause });
    }
  }

  /** Whoever enqueues or cancels does not wait for ever. */
  #answer<T>(answer: T | PromiseLike<T>): Promise<T> {
    const late = `It has not answered for ${SCHEDULE_STORE_LIMIT_MS} ms.`;
    return inTime(answer, { runtime: this.#runtime, limitMs: SCHEDULE_STORE_LIMIT_MS, late });
  }

  #keyOf(key: string, { queue }: TaskAbout): string {
    const { contract, path } = this.#procedure;
    return scheduleKeyOf({ queue, contract, procedure: path, key });
  }

  #storeFor(scheduleKey: string, about: TaskAbout): ScheduleStore {
    if (typeof scheduleKey !== 'string' || !KEY.test(scheduleKey)) {
      const message = 'scheduleKey: expected 1 to 128 printable ASCII characters without blanks.';
      throw new RpcError({ ...about, code: 'BAD_REQUEST', message });
    }
    if (this.#store !== undefined) return this.#store;
    const message = 'A scheduleKey needs the schedule store that the workers have (schedules).';
    throw new RpcError({ ...about, code: 'BAD_REQUEST', message });
  }
}
