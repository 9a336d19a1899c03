import type { Past } from '../kill/crew.ts';
import type { Disturbance } from '../kill/disturbances.ts';
import type { ViolationKind } from '../kill/evidence.ts';
import type { DeadTask } from './dead-task.ts';
import type { TaskLine } from './ledger-line.ts';

/** All that is known of a run when it is over. */
export interface TaskEvidence {
  readonly ledgers: ReadonlyMap<string, readonly TaskLine[]>;
  readonly past: readonly Past[];
  readonly disturbances: readonly Disturbance[];
  /** How many were to be enqueued, by all producers. */
  readonly tasks: number;
  readonly dead: readonly DeadTask[];
  readonly left: { readonly processes: number; readonly messages: number };
}

export interface TaskViolation {
  readonly kind:
    | Extract<
        ViolationKind,
        | 'nothingTried'
        | 'lost'
        | 'doubleRecorded'
        | 'runAfterRecorded'
        | 'ranTwiceAtOnce'
        | 'processFailed'
        | 'leftover'
      >
    /** The producers have not handed all over. */
    | 'notAccepted'
    /** Run, or dead, though nobody has asked for it. */
    | 'unknownTask'
    | 'ranEarly'
    /** It was done, nobody died, and no record of it was made. */
    | 'notRecorded'
    /** Nothing that happened to a process is the reason. */
    | 'unexplainedRun'
    /** Recorded as done. */
    | 'deadThoughDone'
    /** In the dead letters before its attempts were used up. */
    | 'deadTooEarly'
    /** SQS's redrive policy has moved it, and no worker. */
    | 'movedByQueue';
  readonly detail: string;
}
