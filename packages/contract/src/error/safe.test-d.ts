import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import type { ClientOf } from '../define/client-of.ts';
import { defineContract } from '../define/contract.ts';
import { mutation, query } from '../define/procedure.ts';
import type { RpcErrorCode } from './error-code.ts';
import { isDeclared } from './is-declared.ts';
import { RpcError } from './rpc-error.ts';
import { safe } from './safe.ts';

const stringToDate = z.string().transform((text) => new Date(text));
const auth = defineContract('auth', {
  login: mutation({
    output: stringToDate,
    errors: { locked: z.object({ until: stringToDate }), gone: true },
  }),
  ping: query({ output: stringToDate }),
});
declare const client: ClientOf<typeof auth, object>;

// One of the two is there, and a test of `error` tells which.
const { error, data } = await safe(client.login());
if (error) {
  expectTypeOf(data).toEqualTypeOf<undefined>();
  expectTypeOf(error).toExtend<RpcError>();
  expectTypeOf(error.declared).toEqualTypeOf<'locked' | 'gone' | undefined>();
  if (error.declared === 'locked') {
    expectTypeOf(error.data).toEqualTypeOf<{ until: Date }>();
    expectTypeOf(error.code).toEqualTypeOf<'DECLARED'>();
  } else if (error.declared === 'gone') {
    expectTypeOf(error.data).toEqualTypeOf<undefined>();
  } else {
    expectTypeOf(error.data).toEqualTypeOf<unknown>();
    expectTypeOf(error.code).toEqualTypeOf<RpcErrorCode>();
  }
  // @ts-expect-error nobody declared it
  void (error.declared === 'banned');
} else {
  expectTypeOf(data).toEqualTypeOf<Date>();
  expectTypeOf(error).toEqualTypeOf<null>();
}
// @ts-expect-error before the test the data may be missing
void data.getTime();

// Without declared errors, and for a plain promise, the data of an error is unknown.
const ping = await safe(client.ping());
if (ping.error !== null) {
  expectTypeOf(ping.error.declared).toEqualTypeOf<undefined>();
  expectTypeOf(ping.error.data).toEqualTypeOf<unknown>();
} else {
  expectTypeOf(ping.data).toEqualTypeOf<Date>();
}
const plain = await safe(Promise.resolve(1));
expectTypeOf(plain.data).toEqualTypeOf<number | undefined>();

// A caught value is narrowed by the procedure and the name.
try {
  await client.login();
} catch (caught) {
  if (isDeclared(caught, auth.login, 'locked')) {
    expectTypeOf(caught.data).toEqualTypeOf<{ until: Date }>();
    expectTypeOf(caught.declared).toEqualTypeOf<'locked'>();
    expectTypeOf(caught.code).toEqualTypeOf<'DECLARED'>();
    expectTypeOf(caught.callId).toEqualTypeOf<string | undefined>();
  }
  if (RpcError.is(caught) && isDeclared(caught, auth.login, 'gone')) {
    expectTypeOf(caught.data).toEqualTypeOf<undefined>();
  }
  // @ts-expect-error the procedure does not declare it
  isDeclared(caught, auth.login, 'banned');
  // @ts-expect-error this one declares none
  isDeclared(caught, auth.ping, 'locked');
}
