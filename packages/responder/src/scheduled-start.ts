import {
  inTime,
  notify,
  scheduleKeyOf,
  SCHEDULE_STORE_LIMIT_MS,
  type Observer,
  type Runtime,
  type ScheduleStore,
} from '@replyq/contract/transport';
import { TRPCError } from '@trpc/server';
import type { Settlement } from './incoming.ts';
import type { ServedRequest } from './reply-maker.ts';
import { ACK } from './settlements.ts';
import type { Task, TellFailure } from './task-runs.ts';

export interface ScheduledStartOptions {
  /** The request queue's name. */
  readonly queue: string;
  /** Undefined: no task with a schedule key is admitted. */
  readonly store: ScheduleStore | undefined;
  readonly runtime: Runtime;
  /** Aborts when running handlers are waited for no longer. */
  readonly closing: AbortSignal;
  readonly observer: Observer | undefined;
  readonly tell: TellFailure;
}

/**
 * Asks of a task that can be replaced or cancelled whether it was: once it is claimed, and before it is judged or its
 * input is decoded.
 */
export class ScheduledStart {
  readonly #options: ScheduledStartOptions;

  constructor(options: ScheduledStartOptions) {
    this.#options = options;
  }

  /** Rejects where the store does not answer: the task would keep its slot, and `close` wait, for as long. */
  may({ admitted }: ServedRequest): boolean | Promise<boolean> {
    const { closing, queue, runtime, store } = this.#options;
    const { header, path } = admitted;
    const { contract, schedule } = header;
    if (schedule === undefined || store === undefined) return true;
    const { key, number } = schedule;
    const asked = store.begin(scheduleKeyOf({ queue, contract, procedure: path, key }), number);
    const limitMs = SCHEDULE_STORE_LIMIT_MS;
    const late = `The schedule store has not answered within ${limitMs} ms, or before the responder closed.`;
    return inTime(asked, { runtime, limitMs, late, signal: closing });
  }

  async cancelled(
    { attempt, header, procedure }: Task,
    request: ServedRequest,
  ): Promise<Settlement> {
    const { observer, queue, tell } = this.#options;
    const task = header.task === undefined ? {} : { task: header.task };
    notify(observer, { kind: 'taskCancelled', queue, procedure, ...task, attempt });
    const message = 'The task was cancelled, or a later one has taken its place.';
    await tell(new TRPCError({ code: 'CLIENT_CLOSED_REQUEST', message }), request);
    return ACK;
  }
}
