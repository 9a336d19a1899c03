import { defineContract, mutation, query } from '@replyq/contract';
import { z } from 'zod';

const Note = z.object({ id: z.number().int(), text: z.string() });

/** How long a handler takes, and whether it ends when its signal aborts. */
const Wait = z.object({ id: z.number().int(), ms: z.number(), heeds: z.boolean() });

const Failing = z.object({ id: z.number().int(), declared: z.boolean() });

export type Note = z.infer<typeof Note>;
export type Wait = z.infer<typeof Wait>;
export type Failing = z.infer<typeof Failing>;

/** Each answer names the id that was asked with, so that a caller knows its own. */
export const soak = defineContract('soak', {
  echo: query({ input: Note, output: Note }),
  fails: mutation({ input: Failing, errors: { refused: z.object({ id: z.number() }) } }),
  orders: {
    place: mutation({ input: Note, output: z.object({ id: z.number(), at: z.date() }) }),
    wait: query({ input: Wait, output: z.object({ id: z.number() }) }),
  },
});

export const schemas = { Failing, Note, Wait };
