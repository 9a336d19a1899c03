import { defineContract, task } from '@replyq/contract';
import { z } from 'zod';
import { RUN_TIMEOUT_MS, type TaskKnobs } from './task-knobs.ts';

const input = z.object({
  work: z.object({
    kind: z.enum(['return', 'throw', 'declared', 'ignoreSignal', 'die']),
    forMs: z.number(),
    attempts: z.number(),
  }),
});

/** What simulated producers enqueue: a task, and one that may be done twice. */
export function jobsOf({ attempts, initialMs, maxMs }: TaskKnobs) {
  const settings = {
    input,
    attempts,
    backoff: { initialMs, maxMs },
    timeoutMs: RUN_TIMEOUT_MS,
  } as const;
  return defineContract('jobs', {
    work: task(settings),
    workAgain: task({ ...settings, idempotent: true }),
  });
}
