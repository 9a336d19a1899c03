import type { OracleBounds } from '../oracle.ts';

/** What workers and queues were told, as far as oracles of tasks measure by it. */
export interface TaskBounds extends OracleBounds {
  readonly deadLetterQueue: string;
  /** Runs of one task at most. */
  readonly attempts: number;
  /** After so many receives the service itself moves a message to the dead letters. */
  readonly maxReceiveCount: number;
  /** Whether workers have a reply store of whatever kind: then one task of a deduplication id stands for the others. */
  readonly remembers: boolean;
}
