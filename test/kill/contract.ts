import { defineContract, mutation, query } from '@replyq/contract';
import { z } from 'zod';

const Task = z.object({
  /** Comes back, so that a reply to another call shows. Of a keyed call: the idempotency key. */
  nonce: z.string(),
  workMs: z.number(),
  filler: z.string(),
});

const Done = z.object({ nonce: z.string(), fillerLength: z.number() });

/** What is called under fire. */
export const jobs = defineContract('jobs', {
  look: query({ input: Task, output: Done }),
  change: mutation({ input: Task, output: Done }),
});
