import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import type { CallScope } from '../transport/call-scope.ts';
import { defineContract } from './contract.ts';
import type { HandlersOf } from './handlers-of.ts';
import { mutation, query, subscription } from './procedure.ts';

const stringToDate = z.string().transform((text) => new Date(text));

const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ at: stringToDate }),
    output: z.object({ expires: stringToDate }),
    errors: { locked: z.object({ until: stringToDate }), gone: true },
  }),
  ping: query(),
  user: { byId: query({ input: stringToDate, output: stringToDate }) },
  ticks: subscription({ output: z.number() }),
});

interface Ctx {
  readonly tenant: string;
}
type Handlers = HandlersOf<typeof auth, Ctx>;

// The handler gets the input schema's output and returns the output schema's input.
export const handlers: Handlers = {
  login: ({ input, ctx, signal, errors, call }) => {
    expectTypeOf(input).toEqualTypeOf<{ at: Date }>();
    expectTypeOf(ctx).toEqualTypeOf<Ctx>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf(call).toEqualTypeOf<CallScope>();
    expectTypeOf(errors.locked).parameters.toEqualTypeOf<
      [data: { until: string }, message?: string]
    >();
    expectTypeOf(errors.locked({ until: '' }).declared).toEqualTypeOf<'locked'>();
    expectTypeOf(errors.gone()).toExtend<Error>();
    errors.gone(undefined, 'moved away');
    // @ts-expect-error the handler gives what goes into the schema
    errors.locked({ until: new Date() });
    // @ts-expect-error the data is needed
    errors.locked();
    // @ts-expect-error an error without data takes none
    errors.gone({ until: '' });
    // @ts-expect-error nobody declared it
    errors.banned();
    return { expires: '' };
  },
  ping: async ({ input }) => {
    expectTypeOf(input).toEqualTypeOf<void>();
  },
  user: { byId: async ({ input }) => input.toISOString() },
};

expectTypeOf<keyof Handlers>().toEqualTypeOf<'login' | 'ping' | 'user'>();

export const wrong: Handlers = {
  // @ts-expect-error the handler returns what goes into the schema
  login: () => ({ expires: new Date() }),
  ping: () => undefined,
  // @ts-expect-error a handler is missing
  user: {},
};

export const surplus: Handlers = {
  ...handlers,
  // @ts-expect-error subscriptions cannot be implemented yet
  ticks: () => 1,
};
