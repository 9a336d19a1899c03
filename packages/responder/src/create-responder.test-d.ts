// What the compiler promises to whoever serves.
import { defineContract, mutation, query, type HandlersOf } from '@replyq/contract';
import type { CallScope, Transport } from '@replyq/contract/transport';
import { initTRPC } from '@trpc/server';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import { createResponder } from './create-responder.ts';
import { implement } from './implement.ts';
import type { IncomingCall } from './incoming.ts';

const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ tries: z.string().transform(Number) }),
    output: z.object({ at: z.string().transform((at) => new Date(at)) }),
    errors: { locked: z.object({ until: z.string().transform(Number) }), gone: true },
  }),
  user: { byId: query({ input: z.string(), output: z.number() }) },
});

declare const transport: Transport;

createResponder({
  transport,
  contract: auth,
  createContext: ({ metadata }: IncomingCall) => ({ tenant: metadata['tenant'] }),
  handlers: {
    login: ({ call, ctx, errors, input, signal }) => {
      // A handler gets the input schema's output and returns the output schema's input.
      expectTypeOf(input).toEqualTypeOf<{ tries: number }>();
      expectTypeOf(ctx).toEqualTypeOf<{ tenant: string | undefined }>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(call).toEqualTypeOf<CallScope>();
      if (input.tries > 3) throw errors.locked({ until: '5' });
      if (input.tries > 2) throw errors.gone();
      // @ts-expect-error the declared data is the schema's input, a string
      errors.locked({ until: 5 });
      // @ts-expect-error no such error is declared
      errors.lost();
      return { at: '2026-01-01' };
    },
    user: { byId: async ({ input }) => Number(input) },
  },
});

createResponder({
  transport,
  contract: auth,
  // @ts-expect-error the handler of `user.byId` is missing
  handlers: { login: () => ({ at: '' }) },
});

createResponder({
  transport,
  contract: auth,
  handlers: {
    // @ts-expect-error a date is what the caller gets, not what the handler returns
    login: () => ({ at: new Date() }),
    user: { byId: () => 1 },
  },
});

implement(auth, {
  login: () => ({ at: '' }),
  user: {
    // @ts-expect-error the output is a number
    byId: () => 'one',
  },
});

// A router brings its own context type.
const t = initTRPC.context<{ user: string }>().create();
const router = t.router({ whoami: t.procedure.query(({ ctx }) => ctx.user) });
createResponder({ transport, queue: 'q', router, createContext: () => ({ user: 'ann' }) });
// @ts-expect-error that is not the context of this router
createResponder({ transport, queue: 'q', router, createContext: () => ({ user: 1 }) });

// Handlers that want a context must be given one.
declare const handlers: HandlersOf<typeof auth, { tenant: string }>;
createResponder({ transport, contract: auth, handlers, createContext: () => ({ tenant: 'acme' }) });
// @ts-expect-error nobody makes the context that the handlers want
createResponder({ transport, contract: auth, handlers });
