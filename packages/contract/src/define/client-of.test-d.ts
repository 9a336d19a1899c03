import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import type { Call } from '../error/call.ts';
import type { ClientOf } from './client-of.ts';
import { defineContract } from './contract.ts';
import { mutation, query, subscription } from './procedure.ts';

const stringToDate = z.string().transform((text) => new Date(text));
interface CallOptions {
  readonly timeoutMs?: number;
}

const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ at: stringToDate }),
    output: stringToDate,
    errors: { locked: z.object({ until: stringToDate }), gone: true },
  }),
  ping: query(),
  list: query({ input: z.object({ limit: z.number() }).optional(), output: z.array(z.string()) }),
  any: query({ input: z.unknown(), output: z.unknown() }),
  user: { byId: query({ input: stringToDate, output: stringToDate }), ticks: subscription() },
  ticks: subscription({ output: z.number() }),
});

declare const client: ClientOf<typeof auth, CallOptions>;

// The caller gives the input schema's input and gets the output schema's output.
expectTypeOf(client.login).parameters.toEqualTypeOf<
  [input: { at: string }, options?: CallOptions]
>();
expectTypeOf(client.login({ at: '' })).toEqualTypeOf<
  Call<Date, { readonly locked: { until: Date }; readonly gone: undefined }>
>();
expectTypeOf(await client.login({ at: '' }, { timeoutMs: 5 })).toEqualTypeOf<Date>();
expectTypeOf(await client.user.byId('')).toEqualTypeOf<Date>();

// The input may be left out where undefined is valid, and the options still follow it.
expectTypeOf(client.ping()).toEqualTypeOf<Call<void>>();
expectTypeOf(await client.ping(undefined, { timeoutMs: 5 })).toEqualTypeOf<void>();
expectTypeOf(await client.list()).toEqualTypeOf<string[]>();
expectTypeOf(await client.list({ limit: 1 })).toEqualTypeOf<string[]>();
expectTypeOf(await client.any()).toEqualTypeOf<unknown>();

// Subscriptions are left out, the rest of their namespace is not.
expectTypeOf<keyof typeof client>().toEqualTypeOf<'login' | 'ping' | 'list' | 'any' | 'user'>();
expectTypeOf<keyof typeof client.user>().toEqualTypeOf<'byId'>();

// @ts-expect-error the input is needed
void client.login();
// @ts-expect-error what the handler gets is not what the caller gives
void client.login({ at: new Date() });
// @ts-expect-error a procedure without input takes none
void client.ping({ at: '' });
// @ts-expect-error an option has the type of the options
void client.ping(undefined, { timeoutMs: '5' });
// @ts-expect-error a subscription cannot be called
void client.ticks();
// @ts-expect-error no such procedure
void client.user.byName('');
