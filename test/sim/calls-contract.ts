import { defineContract, mutation, query } from '@replyq/contract';
import { z } from 'zod';

const input = z.object({
  subject: z.string(),
  work: z.object({
    kind: z.enum(['return', 'throw', 'declared', 'ignoreSignal']),
    forMs: z.number(),
    replyChars: z.number(),
  }),
});
const output = z.object({ subject: z.string(), bulk: z.string() });
const errors = { planned: z.object({ subject: z.string() }) };

const ask = query({ input, output, errors });
const act = mutation({ input, output, errors });
const actAgain = mutation({ input, output, errors, idempotent: true });

/** What simulated callers call: one procedure of each nature. */
export const calls = defineContract('calls', { ask, act, actAgain });

/** As it was before there was the last one. */
export const oldCalls = defineContract('calls', { ask, act });
