import { assertMethods } from './assert-methods.ts';

/** Far above what a store takes that works, and below a requester's default patience. */
export const SCHEDULE_STORE_LIMIT_MS = 10_000;

/**
 * Knows which of the tasks with one schedule key is still to run, since SQS deletes no message for who has not received
 * it. Shared by producers and workers; the tasks with one key are numbered in the order in which they are enqueued.
 *
 * N1: once `sent` has resolved, no task with a lower number begins to run.
 * N2: once `cancel` has resolved, no task that was numbered before begins to run.
 * N3: a number alone ends nothing: until the task with it was sent, or has come to a worker, those before it run.
 * N4: a key that the store does not know ends nothing either. It is known for `keepMs` from its last number.
 *
 * What takes longer than 10 s has failed. If `number` fails, nothing is sent. If `sent` fails, the enqueue does. If `begin` fails, the task is given back.
 */
export interface ScheduleStore {
  /** Of a task that is about to be sent: higher than all that the key has had, whoever asked. */
  number(key: string, keepMs: number): number | Promise<number>;
  /** The queue has the task. */
  sent(key: string, number: number): void | Promise<void>;
  /** True: the queue has a task with the key that has neither begun nor been cancelled, as far as the store knows. */
  cancel(key: string): boolean | Promise<boolean>;
  /** A run is about to begin, so the queue had the task. False: it was replaced or cancelled, and must not. */
  begin(key: string, number: number): boolean | Promise<boolean>;
}

export interface ScheduleKeyParts {
  /** The queue's name. */
  readonly queue: string;
  readonly contract: string | undefined;
  readonly procedure: string;
  /** As the user gave it. */
  readonly key: string;
}

/** As what a store knows a key: of one procedure of one queue. */
export function scheduleKeyOf({ contract, key, procedure, queue }: ScheduleKeyParts): string {
  return JSON.stringify([queue, contract ?? '', procedure, key]);
}

/** Throws an `RpcError` BAD_REQUEST for what was given as `schedules` and is no store. */
export function assertScheduleStore(store: unknown): void {
  if (store === undefined) return;
  const methods = ['number', 'sent', 'cancel', 'begin'];
  assertMethods('schedules', store, methods, 'a schedule store, as sqliteScheduleStore makes');
}
