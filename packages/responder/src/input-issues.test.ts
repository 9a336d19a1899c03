import { defineContract, mutation, RpcError, safe } from '@replyq/contract';
import { memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { createVirtualRuntime } from '@replyq/testing';
import * as v from 'valibot';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createResponder } from './create-responder.ts';

const shop = defineContract('shop', {
  zod: mutation({ input: z.object({ items: z.array(z.object({ count: z.number().min(1) })) }) }),
  valibot: mutation({ input: v.object({ name: v.pipe(v.string(), v.minLength(2)) }) }),
  strict: mutation({ input: z.record(z.string(), z.string()) }),
  fails: mutation({ input: z.enum(['own', 'nested', 'transport']) }),
});

const runtime = createVirtualRuntime();
const transport = memoryTransport({ runtime });
const responder = createResponder({
  transport,
  contract: shop,
  create: true,
  handlers: {
    zod: () => undefined,
    valibot: () => undefined,
    strict: () => undefined,
    fails: ({ input }) => {
      if (input === 'own') throw new RpcError({ code: 'FORBIDDEN', message: 'not for you' });
      if (input === 'transport') throw new RpcError({ code: 'NOT_SENT', message: 'inside' });
      // What a call to another service fails with knows its call.
      throw new RpcError({
        code: 'FORBIDDEN',
        message: 'inside',
        callId: 'other',
        origin: 'remote',
      });
    },
  },
});
const requester = createRequester({ transport });
const client = requester.client(shop);
await runtime.run(responder.start());

afterAll(async () => {
  await runtime.run(requester.close());
  await runtime.run(responder.close());
  expect(runtime.timerCount()).toBe(0);
});

test('an input that does not fit is told in one line, and its issues travel as data', async () => {
  const { error } = await runtime.run(safe(client.zod({ items: [{ count: 2 }, { count: 0 }] })));
  expect(error).toMatchObject({
    code: 'BAD_REQUEST',
    maybeExecuted: false,
    message:
      'The input of "zod" does not fit its schema: items.1.count: Too small: expected number to be >=1',
    data: {
      issues: [{ path: ['items', 1, 'count'], message: 'Too small: expected number to be >=1' }],
    },
  });
});

test('it is so with every schema library', async () => {
  const { error } = await runtime.run(safe(client.valibot({ name: 'x' })));
  expect(error?.message).toMatch(
    /^The input of "valibot" does not fit its schema: name: Invalid length/,
  );
  expect(error?.data).toMatchObject({ issues: [{ path: ['name'] }] });
});

test('at most twenty issues travel', async () => {
  const items = Array.from({ length: 50 }, () => ({ count: 0 }));
  const { error } = await runtime.run(safe(client.zod({ items })));
  expect(error?.data).toMatchObject({ issues: { length: 20 } });
  expect(error?.message).toContain('and 45 more');
});

test('what the caller chose as keys does not make the reply grow', async () => {
  const long = 'k'.repeat(20_000);
  const { error } = await runtime.run(safe(client.strict({ [long]: 1, [`${long}2`]: 2 } as never)));
  expect(error).toMatchObject({ code: 'BAD_REQUEST' });
  expect(error!.message.length + JSON.stringify(error!.data).length).toBeLessThan(5000);
});

test('an RpcError that a handler makes is its answer; one that a call of its failed with is not', async () => {
  const own = await runtime.run(safe(client.fails('own')));
  expect(own.error).toMatchObject({ code: 'FORBIDDEN', message: 'not for you', origin: 'remote' });
  for (const kind of ['nested', 'transport'] as const) {
    const { error } = await runtime.run(safe(client.fails(kind)));
    expect(error).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Internal server error',
    });
  }
});
