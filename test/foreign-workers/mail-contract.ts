import { defineContract, task } from '@replyq/contract';
import { z } from 'zod';

export const mail = defineContract('mail', {
  send_email: task({
    input: z.object({ from: z.email(), to: z.email(), subject: z.string(), body: z.string() }),
    foreign: 'json',
    attempts: 5,
    timeoutMs: 60_000,
  }),
});
