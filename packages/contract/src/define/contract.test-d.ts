import { type } from 'arktype';
import * as v from 'valibot';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import type { NoErrors } from '../error/call.ts';
import { defineContract, type Contract } from './contract.ts';
import type { ErrorSchemas } from './error-schemas.ts';
import type {
  InferErrorInputs,
  InferErrors,
  InferHandlerInput,
  InferHandlerOutput,
  InferInput,
  InferOutput,
} from './infer.ts';
import { mutation, query, subscription, type BoundProcedure } from './procedure.ts';
import type { Schema } from './schema.ts';

const stringToDate = z.string().transform((text) => new Date(text));

const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ user: z.string(), at: stringToDate, remember: z.boolean().default(false) }),
    output: z.object({ expires: stringToDate }),
    errors: { locked: z.object({ until: stringToDate }), gone: true },
    timeoutMs: 20_000,
  }),
  ping: query(),
  user: { byId: query({ input: v.pipe(v.string(), v.transform(Number)), output: v.string() }) },
  ark: query({ input: type('string.numeric.parse'), output: type({ 'n?': 'number' }) }),
  ticks: subscription({ output: z.number() }),
});

// The caller's side and the handler's side of one schema differ.
expectTypeOf<InferInput<typeof auth.login>>().toEqualTypeOf<{
  user: string;
  at: string;
  remember?: boolean | undefined;
}>();
expectTypeOf<InferHandlerInput<typeof auth.login>>().toEqualTypeOf<{
  user: string;
  at: Date;
  remember: boolean;
}>();
expectTypeOf<InferOutput<typeof auth.login>>().toEqualTypeOf<{ expires: Date }>();
expectTypeOf<InferHandlerOutput<typeof auth.login>>().toEqualTypeOf<{ expires: string }>();
expectTypeOf<InferErrors<typeof auth.login>>().toEqualTypeOf<{
  readonly locked: { until: Date };
  readonly gone: undefined;
}>();
expectTypeOf<InferErrorInputs<typeof auth.login>>().toEqualTypeOf<{
  readonly locked: { until: string };
  readonly gone: undefined;
}>();

// valibot and arktype, nested and not.
expectTypeOf<InferInput<typeof auth.user.byId>>().toEqualTypeOf<string>();
expectTypeOf<InferHandlerInput<typeof auth.user.byId>>().toEqualTypeOf<number>();
expectTypeOf<InferInput<typeof auth.ark>>().toEqualTypeOf<string>();
expectTypeOf<InferHandlerInput<typeof auth.ark>>().toEqualTypeOf<number>();
expectTypeOf<InferOutput<typeof auth.ark>>().toEqualTypeOf<{ n?: number }>();

// Absent means void, and no declared errors.
expectTypeOf<InferInput<typeof auth.ping>>().toEqualTypeOf<void>();
expectTypeOf<InferHandlerInput<typeof auth.ping>>().toEqualTypeOf<void>();
expectTypeOf<InferOutput<typeof auth.ping>>().toEqualTypeOf<void>();
expectTypeOf<InferHandlerOutput<typeof auth.ping>>().toEqualTypeOf<void>();
expectTypeOf(auth.ping.errors).toEqualTypeOf<NoErrors>();

// The literal structure is kept, and the type names no schema library.
expectTypeOf<keyof typeof auth>().toEqualTypeOf<'login' | 'ping' | 'user' | 'ark' | 'ticks'>();
expectTypeOf(auth.ticks.type).toEqualTypeOf<'subscription'>();
expectTypeOf(auth.user.byId).toEqualTypeOf<
  BoundProcedure<'query', Schema<string, number>, Schema<string, string>, NoErrors, undefined>
>();
expectTypeOf(auth.user.byId.path).toEqualTypeOf<string>();
expectTypeOf(auth).toExtend<Contract>();
expectTypeOf(auth.login).toExtend<BoundProcedure>();
expectTypeOf<{ a: typeof auth.login.errors.locked; b: true }>().toExtend<ErrorSchemas>();

// A contract is itself a record of procedures.
const all = defineContract('all', { auth, again: auth.ping });
expectTypeOf(all.auth.user.byId).toEqualTypeOf<typeof auth.user.byId>();

// A recursive schema keeps its shape.
const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});
const forest = defineContract('forest', { plant: mutation({ input: Tree }) });
expectTypeOf<InferInput<typeof forest.plant>['children'][number]['name']>().toEqualTypeOf<string>();

// @ts-expect-error a schema is not a procedure
defineContract('bad', { login: z.string() });
// @ts-expect-error a schema is not a namespace
defineContract('bad', { user: { byId: 'query' } });
// @ts-expect-error an output is a schema
query({ output: 'string' });
// @ts-expect-error an error is a schema or true
query({ errors: { gone: false } });
// @ts-expect-error a setting has a unit
query({ timeout: 5 });
// @ts-expect-error there are two kinds of foreign message
query({ foreign: 'xml' });
// @ts-expect-error a plain record is not a contract: its procedures have no path
expectTypeOf({ login: query() }).toExtend<Contract>();
// @ts-expect-error a contract does not change
auth.ping = query();
