import { createTRPCClient } from '@trpc/client';
import { initTRPC, type inferRouterInputs, type inferRouterOutputs } from '@trpc/server';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import { defineContract } from './define/contract.ts';
import { mutation, query, subscription } from './define/procedure.ts';
import type { ContractRouter } from './trpc.ts';

const stringToDate = z.string().transform((text) => new Date(text));
const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ at: stringToDate }),
    output: stringToDate,
    errors: { locked: z.object({ until: stringToDate }) },
  }),
  ping: query(),
  user: { byId: query({ input: stringToDate, output: z.object({ born: stringToDate }) }) },
  ticks: subscription({ output: z.number() }),
});
type AuthRouter = ContractRouter<typeof auth>;

// A tRPC client takes the input schema's input and gives the output schema's output.
const client = createTRPCClient<AuthRouter>({ links: [] });
expectTypeOf(await client.login.mutate({ at: '' })).toEqualTypeOf<Date>();
expectTypeOf(await client.user.byId.query('')).toEqualTypeOf<{ born: Date }>();
expectTypeOf(await client.ping.query()).toEqualTypeOf<void>();
expectTypeOf<inferRouterInputs<AuthRouter>['login']>().toEqualTypeOf<{ at: string }>();
expectTypeOf<inferRouterOutputs<AuthRouter>['user']['byId']>().toEqualTypeOf<{ born: Date }>();

// @ts-expect-error what the handler gets is not what the caller gives
void client.login.mutate({ at: new Date() });
// @ts-expect-error the input is needed
void client.login.mutate();
// @ts-expect-error a mutation is not a query
void client.login.query({ at: '' });
// @ts-expect-error subscriptions are left out
void client.ticks;

// Without a transformer the output is what JSON leaves of it.
const json = createTRPCClient<ContractRouter<typeof auth, false>>({ links: [] });
expectTypeOf(await json.user.byId.query('')).toEqualTypeOf<{ born: string }>();

// A router written in the usual way, with its own context, can be held to the contract.
const t = initTRPC
  .context<{ tenant: string }>()
  .meta<{ cost: number }>()
  .create({
    transformer: { serialize: (value: unknown) => value, deserialize: (value: unknown) => value },
  });
const login = t.procedure
  .input(z.object({ at: stringToDate }))
  .output(stringToDate)
  .mutation(({ input }) => input.at.toISOString());
const ping = t.procedure.query(() => undefined);
const byId = t.procedure.input(stringToDate).query(({ input }) => ({ born: input }));

export const router = t.router({ login, ping, user: { byId } }) satisfies AuthRouter;
export const more = t.router({ login, ping, user: { byId }, extra: ping }) satisfies AuthRouter;

// @ts-expect-error a procedure is missing
export const less = t.router({ login, user: { byId } }) satisfies AuthRouter;

const pingMutation = t.procedure.mutation(() => undefined);
const otherKind = t.router({ login, ping: pingMutation, user: { byId } });
// @ts-expect-error a mutation is not a query
export const kind = otherKind satisfies AuthRouter;

const toNumber = t.procedure.input(stringToDate).query(() => 1);
const otherOutput = t.router({ login, ping, user: { byId: toNumber } });
// @ts-expect-error the client would get another output
export const output = otherOutput satisfies AuthRouter;

const fromNumber = t.procedure.input(z.number()).query(() => ({ born: new Date(0) }));
const otherInput = t.router({ login, ping, user: { byId: fromNumber } });
// @ts-expect-error the client would give another input
export const input = otherInput satisfies AuthRouter;

const untransformed = initTRPC.create();
const plain = untransformed.router({ ping: untransformed.procedure.query(() => undefined) });
const pings = defineContract('pings', { ping: query() });
export const jsonRouter = plain satisfies ContractRouter<typeof pings, false>;
// @ts-expect-error the client would expect a transformer
export const noTransformer = plain satisfies ContractRouter<typeof pings>;
