import { defineContract, mutation, query } from '@replyq/contract';
import { z } from 'zod';

const Credentials = z.object({
  user: z.string().min(1),
  password: z.string(),
  /** Comes back in the session: the proof that each caller gets its own answer. */
  nonce: z.string(),
});

const Session = z.object({
  user: z.string(),
  token: z.string(),
  nonce: z.string(),
  expires: z.date(),
});

/** What both sides agree on. Its name is also the name of the request queue. */
export const auth = defineContract('auth', {
  login: mutation({
    input: Credentials,
    output: Session,
    errors: { wrongPassword: z.object({ attemptsLeft: z.number() }) },
    timeoutMs: 10_000,
  }),

  /** When somebody logged in before. Slow, as reports are. */
  history: query({ input: z.string(), output: z.array(z.date()) }),
});
