// Contract clients and links, contracts and routers: each with each.
import { defineContract, mutation, query } from '@replyq/contract';
import type { ContractRouter } from '@replyq/contract/trpc';
import { queueLink } from '@replyq/requester/trpc';
import { createTRPCClient } from '@trpc/client';
import { initTRPC, lazy, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createResponder, type Responder } from './create-responder.ts';
import { openWorld, type World } from './testing/world.ts';

const echo = defineContract('echo', {
  say: query({ input: z.unknown(), output: z.unknown() }),
  fail: mutation({ errors: { late: z.object({ at: z.date() }) } }),
});
const RICH = { at: new Date(5), tags: new Set(['a']), big: 5n, nothing: undefined };
const PLAIN = { a: [1, 'b', null, true] };

let world: World;
let responder: Responder;

beforeEach(() => {
  world = openWorld();
});

afterEach(async () => {
  await world.runtime.run(responder.close());
  await world.close();
  expect(world.requester.pendingCount()).toBe(0);
  expect(world.runtime.timerCount()).toBe(0);
});

async function serve(options: object): Promise<void> {
  const { transport, observer } = world;
  const common = { transport, observer, queue: 'echo', create: true };
  responder = createResponder({ ...common, ...options } as never);
  await world.runtime.run(responder.start());
}

const serveContract = (): Promise<void> =>
  serve({
    contract: echo,
    handlers: {
      say: ({ input }: { input: unknown }) => input,
      fail: ({ errors }: { errors: { late: (data: object) => Error } }) => {
        throw errors.late({ at: new Date(5) });
      },
    },
  });

function routerOf(transformer: typeof superjson | undefined): object {
  const t = initTRPC.create(transformer === undefined ? {} : { transformer });
  const trace = t.middleware(async ({ next }) => next({ ctx: { seen: true } }));
  const router = t.router({
    say: t.procedure
      .use(trace)
      .input(z.unknown())
      .query(({ input, ctx }) => (ctx.seen ? input : undefined)),
    fail: t.procedure.mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'no' });
    }),
    late: lazy(async () => t.router({ say: t.procedure.query(() => 'lazy') })),
  });
  return { router };
}

function link(transformer: typeof superjson | undefined): {
  say: { query(input: unknown): Promise<unknown> };
  fail: { mutate(): Promise<unknown> };
  late: { say: { query(): Promise<unknown> } };
} {
  const { requester } = world;
  const options = { requester, queue: 'echo', ...(transformer && { transformer }) };
  return createTRPCClient<ContractRouter<typeof echo>>({
    links: [queueLink(options as never)],
  }) as never;
}

const call = <T>(promise: Promise<T>): Promise<T> => world.runtime.run(promise);
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  call(
    promise.then(
      () => 'resolved',
      (error: unknown) => error,
    ),
  );

const RESPONDERS = [
  ['a contract', serveContract],
  ['a router with superjson', () => serve(routerOf(superjson))],
  ['a router without a transformer', () => serve(routerOf(undefined))],
] as const;

describe.each(RESPONDERS)('%s', (_, start) => {
  beforeEach(start);

  test('gives a contract’s client every value back', async () => {
    const client = world.requester.client(echo);
    expect(await call(client.say(RICH))).toEqual(RICH);
    expect(await call(client.say(PLAIN))).toEqual(PLAIN);
    expect(await call(client.say(undefined))).toBeUndefined();
  });

  test('gives a link without a transformer what JSON makes of it', async () => {
    expect(await call(link(undefined).say.query(PLAIN))).toEqual(PLAIN);
    expect(await call(link(undefined).say.query({ at: new Date(5) }))).toEqual({
      at: '1970-01-01T00:00:00.005Z',
    });
    expect(await call(link(undefined).say.query(undefined))).toBeUndefined();
  });

  test('tells an unknown procedure from one of another type', async () => {
    const known = defineContract('echo', { say: mutation({}), nobody: query({}) });
    const client = world.requester.client(known);
    expect(await failure(client.nobody())).toMatchObject({
      code: 'NOT_FOUND',
      maybeExecuted: false,
    });
    expect(await failure(client.say())).toMatchObject({
      code: 'METHOD_NOT_SUPPORTED',
      maybeExecuted: false,
    });
  });
});

describe.each(RESPONDERS.slice(0, 2))('%s', (_, start) => {
  beforeEach(start);

  test('gives a link with superjson every value back', async () => {
    expect(await call(link(superjson).say.query(RICH))).toEqual(RICH);
    expect(await call(link(superjson).say.query(PLAIN))).toEqual(PLAIN);
    expect(await call(link(superjson).say.query(undefined))).toBeUndefined();
  });
});

describe('errors', () => {
  test('that a contract declares reach its client typed, and a link as data', async () => {
    await serveContract();
    expect(await failure(world.requester.client(echo).fail())).toMatchObject({
      code: 'DECLARED',
      declared: 'late',
      data: { at: new Date(5) },
    });
    expect(await failure(link(superjson).fail.mutate())).toMatchObject({
      message: 'late',
      data: {
        code: 'UNPROCESSABLE_CONTENT',
        declared: { name: 'late', data: { at: new Date(5) } },
      },
    });
  });

  test.each([superjson, undefined])('of a router keep their code in both families', async (t) => {
    await serve(routerOf(t));
    const expected = { message: 'no', data: { code: 'FORBIDDEN', httpStatus: 403, path: 'fail' } };
    expect(await failure(link(t).fail.mutate())).toMatchObject(expected);
    expect(await failure(world.requester.client(echo).fail())).toMatchObject({
      code: 'FORBIDDEN',
      message: 'no',
      origin: 'remote',
    });
  });
});

describe('a lazy router', () => {
  test('is loaded by its first call, and typed from then on', async () => {
    await serve(routerOf(undefined));
    expect(await call(link(undefined).late.say.query())).toBe('lazy');
    expect(await call(link(undefined).late.say.query())).toBe('lazy');
  });
});

describe('a custom type of the router’s', () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const rich = new superjson();
  rich.registerCustom<Money, number>(
    {
      isApplicable: (value): value is Money => value instanceof Money,
      serialize: ({ cents }) => cents,
      deserialize: (cents) => new Money(cents),
    },
    'Money',
  );
  const transformer = {
    serialize: (value: unknown) => rich.serialize(value),
    deserialize: (value: unknown) => rich.deserialize(value as never),
  };
  const t = initTRPC.create({ transformer });
  const router = t.router({
    say: t.procedure.input(z.unknown()).query(({ input }) => input instanceof Money && input.cents),
  });

  test.each([
    [['custom:Money'], 5],
    [[], 'BAD_REQUEST'],
  ])('comes in with allowTypes %o: %s', async (allowTypes, outcome) => {
    await serve({ router, allowTypes });
    const result = call(link(transformer as never).say.query(new Money(5)));
    const seen = await result.catch((error: { data?: { code?: string } }) => error.data?.code);
    expect(seen).toBe(outcome);
  });
});
