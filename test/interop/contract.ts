import { defineContract, mutation, query } from '@replyq/contract';
import { z } from 'zod';

/** Answers Java requesters in text, as in AWS's login example. */
export const loginText = defineContract('login-text', {
  login: mutation({ foreign: 'text', input: z.string(), output: z.string() }),
});

/** The same with JSON both ways. */
export const loginJson = defineContract('login-json', {
  login: mutation({
    foreign: 'json',
    input: z.object({ user: z.string(), password: z.string() }),
    output: z.object({ token: z.string(), roles: z.array(z.string()) }),
  }),
});

/** What a contract client asks a Java responder. */
export const shop = defineContract('shop', {
  order: mutation({
    foreign: 'json',
    input: z.object({ item: z.string(), count: z.number() }),
    output: z.object({ id: z.number() }),
  }),
  note: query({ input: z.string(), output: z.string() }),
});

/** Answers Java requesters with values that are more than JSON. */
export const receipts = defineContract('receipts', {
  receipt: query({
    foreign: 'json',
    input: z.object({}),
    output: z.object({ at: z.date(), total: z.bigint(), tags: z.set(z.string()) }),
  }),
});
