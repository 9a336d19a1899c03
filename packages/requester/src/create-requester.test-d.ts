// What the compiler promises to a caller.
import { defineContract, isDeclared, mutation, query, safe, subscription } from '@replyq/contract';
import type { ContractRouter } from '@replyq/contract/trpc';
import { createTRPCClient } from '@trpc/client';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import type { Requester } from './create-requester.ts';
import { queueLink } from './queue-link.ts';

const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ user: z.string(), tries: z.string().transform(Number) }),
    output: z.object({ token: z.string().transform((token) => ({ token })) }),
    errors: { locked: z.object({ until: z.date() }), gone: true },
  }),
  ping: query(),
  ticks: subscription({ output: z.number() }),
  user: { byId: query({ input: z.string().optional(), output: z.date() }) },
});

declare const requester: Requester;
const client = requester.client(auth);

// The caller gives the input schema's input and gets the output schema's output.
expectTypeOf(client.login).parameter(0).toEqualTypeOf<{ user: string; tries: string }>();
expectTypeOf(await client.login({ user: 'a', tries: '1' })).toEqualTypeOf<{
  token: { token: string };
}>();
expectTypeOf(await client.ping()).toEqualTypeOf<void>();
expectTypeOf(await client.user.byId()).toEqualTypeOf<Date>();
void client.user.byId('1', { timeoutMs: 5, metadata: { a: 'b' } });

// @ts-expect-error a number is not what the schema takes
void client.login({ user: 1, tries: '1' });
// @ts-expect-error the input is missing
void client.login();
// @ts-expect-error there is no such procedure
void client.logout();
// @ts-expect-error there is no such nested procedure
void client.user.byName('ann');
// @ts-expect-error there is no such option
void client.login({ user: 'a', tries: '1' }, { timeout: 5 });
// @ts-expect-error subscriptions cannot be called yet
void client.ticks();

// Declared errors narrow, by safe and by isDeclared.
const { data, error } = await safe(client.login({ user: 'a', tries: '1' }));
if (error === null) expectTypeOf(data).toEqualTypeOf<{ token: { token: string } }>();
else if (error.declared === 'locked') expectTypeOf(error.data).toEqualTypeOf<{ until: Date }>();
else if (error.declared === 'gone') expectTypeOf(error.data).toEqualTypeOf<undefined>();
else expectTypeOf(error.declared).toEqualTypeOf<undefined>();
if (isDeclared(error as unknown, auth.login, 'locked')) {
  expectTypeOf(error).not.toBeNever();
}
// @ts-expect-error the contract declares no such error
isDeclared(error, auth.login, 'lost');

// A contract stands for a tRPC router, transformer and all.
type AuthRouter = ContractRouter<typeof auth>;
declare const transformer: {
  serialize(value: unknown): unknown;
  deserialize(value: unknown): unknown;
};
const trpc = createTRPCClient<AuthRouter>({
  links: [queueLink<AuthRouter>({ requester, queue: 'auth', transformer })],
});
expectTypeOf(await trpc.user.byId.query('1')).toEqualTypeOf<Date>();
// @ts-expect-error a router with a transformer wants one here
queueLink<AuthRouter>({ requester, queue: 'auth' });
// @ts-expect-error a router without a transformer wants none
queueLink<ContractRouter<typeof auth, false>>({ requester, queue: 'auth', transformer });
