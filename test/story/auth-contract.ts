import { defineContract, mutation, query } from '@replyq/contract';
import { z } from 'zod';

/** The contract that the stories play with. */
export const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ user: z.string(), password: z.string() }),
    output: z.object({ token: z.string(), at: z.date() }),
    errors: { locked: z.object({ until: z.date() }), gone: true },
  }),
  echo: query({ input: z.unknown(), output: z.unknown() }),
  slow: query({ input: z.object({ ms: z.number() }), output: z.string() }),
  fails: mutation({ input: z.string() }),
  user: {
    byId: query({ input: z.string().transform(Number), output: z.object({ id: z.number() }) }),
  },
});
