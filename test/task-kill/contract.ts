import { defineContract, task } from '@replyq/contract';
import { z } from 'zod';

const Job = z.object({
  /** The job: two tasks that are the same to the producers have the same. */
  nonce: z.string(),
  workMs: z.number(),
  /** Runs that fail, counted by their attempts. */
  failures: z.number(),
  filler: z.string(),
});

/** A process that is killed uses up an attempt of each task that it holds: there must be enough. */
export const WORK_ATTEMPTS = 20;
export const DOOMED_ATTEMPTS = 3;

/** What is worked under fire. */
export const errands = defineContract('errands', {
  work: task({
    input: Job,
    attempts: WORK_ATTEMPTS,
    backoff: { initialMs: 200, maxMs: 1000 },
    // Below what keeps a task from sharing a message.
    timeoutMs: 30_000,
  }),
  /** Fails each time, and belongs into the dead letters. */
  doomed: task({
    input: Job,
    attempts: DOOMED_ATTEMPTS,
    backoff: { initialMs: 200, maxMs: 1000 },
    timeoutMs: 30_000,
  }),
});

export type ErrandName = 'work' | 'doomed';
