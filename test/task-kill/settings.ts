/** What a process is started with, as one argument in JSON. */
export interface TaskRoleSettings {
  readonly name: string;
  readonly seed: number;
  readonly endpoint: string;
  readonly region: string;
  /** Where ledgers go. */
  readonly ledgers: string;
  /** Of the durable reply store, shared by all workers. */
  readonly storeFile: string;
  /** Of each producer. */
  readonly tasks: number;
  /** About so many are enqueued a second, by each producer. */
  readonly rate: number;
}

/** As replyq's defaults are to each other, a third as long: less to wait for after each kill. */
export const VISIBILITY_MS = 3000;
export const LEASE_MS = 3500;
export const WAIT_MS = 2000;
/** A closing worker cuts short what takes longer. */
export const DRAIN_MS = 1000;
/** Of the tasks that a message may carry. */
export const TASKS_PER_MESSAGE = 10;
