/** What a process does for the ticks of a schedule, which the others of its fleet have, too. */
export type ScheduleEvent =
  /** This process has enqueued a tick. `unrecorded`: the lease was not told, so others may do it once more. */
  | {
      readonly kind: 'tickEnqueued';
      readonly schedule: string;
      /** When it was due, epoch milliseconds. */
      readonly atMs: number;
      readonly lateMs: number;
      readonly taskId: string;
      readonly unrecorded?: string;
    }
  /** It could not be claimed or enqueued, and is tried again. */
  | {
      readonly kind: 'tickRetried';
      readonly schedule: string;
      readonly atMs: number;
      readonly retryInMs: number;
      readonly error: string;
    }
  /** This process has given up the ticks from `atMs` to `lastMs`; another one may have enqueued them. */
  | {
      readonly kind: 'tickMissed';
      readonly schedule: string;
      readonly atMs: number;
      readonly lastMs: number;
      readonly error: string;
    };
