import { getEventListeners } from 'node:events';
import { RpcError } from '@replyq/contract';
import { encodeErrorBody } from '@replyq/contract/wire';
import { createTRPCClient, TRPCClientError } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { queueLink } from './queue-link.ts';
import { ERROR, failureOf, openRig, RESULT, type Rig } from './testing/rig.ts';

const plain = initTRPC.create();
const plainRouter = plain.router({
  echo: plain.procedure.input(z.unknown()).query(({ input }) => input),
  save: plain.procedure.input(z.unknown()).mutation(({ input }) => input),
  ticks: plain.procedure.subscription(async function* () {
    yield 1;
  }),
});
const rich = initTRPC.create({ transformer: superjson });
const richRouter = rich.router({
  echo: rich.procedure.input(z.unknown()).query(({ input }) => input),
});
const TRPC = { ...RESULT, content: 'trpc' };

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  rig.onAsked = ({ frame, reply }) =>
    void reply(frame.body, { header: { ...RESULT, content: frame.header?.['content'] } });
});

afterEach(async () => {
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

function link(timeoutMs?: number): ReturnType<typeof queueLink<typeof plainRouter>> {
  const { requester } = rig;
  return queueLink<typeof plainRouter>({
    requester,
    queue: 'shop',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

function plainClient(): ReturnType<typeof createTRPCClient<typeof plainRouter>> {
  return createTRPCClient<typeof plainRouter>({ links: [link()] });
}

describe('values', () => {
  test('with superjson survive as they are', async () => {
    const client = createTRPCClient<typeof richRouter>({
      links: [queueLink({ requester: rig.requester, queue: 'shop', transformer: superjson })],
    });
    const value = { d: new Date(5), m: new Map([[1, new Set([2n])]]), u: undefined };
    expect(await rig.runtime.run(client.echo.query(value))).toEqual(value);
    expect(await rig.runtime.run(client.echo.query(undefined))).toBeUndefined();
    expect(rig.asked.map(({ header }) => header['content'])).toEqual(['trpc', 'trpc']);
  });

  test('without a transformer are what JSON makes of them, which is what the types say', async () => {
    const value = { d: new Date(5), u: undefined, n: [undefined, Number.NaN] };
    expect(await rig.runtime.run(plainClient().echo.query(value))).toEqual({
      d: '1970-01-01T00:00:00.005Z',
      n: [null, null],
    });
    expect(await rig.runtime.run(plainClient().echo.query(undefined))).toBeUndefined();
  });

  test('that a router without a transformer returns rich come as JSON, too', async () => {
    const body = superjson.stringify({ d: new Date(5), m: new Map([[1, 2]]) });
    rig.onAsked = ({ reply }) => void reply(body, { header: { ...RESULT, content: 'superjson' } });
    expect(await rig.runtime.run(plainClient().echo.query(1))).toEqual({
      d: '1970-01-01T00:00:00.005Z',
      m: {},
    });
  });

  test.each([
    ['plain', { n: [1, 'é', null, { t: true }] }],
    ['with what JSON leaves out', { n: undefined, f: () => 1 }],
    ['with a toJSON', { toJSON: () => 'mine' }],
    [
      'of a class',
      new (class Point {
        readonly x = 1;
      })(),
    ],
    ['below zero by a hair', [-0]],
  ])('%s go as JSON writes them', async (_, value) => {
    await rig.runtime.run(plainClient().echo.query(value));
    expect(rig.asked[0]?.frame.body).toBe(JSON.stringify(value));
    expect(rig.asked[0]?.header['content']).toBe('json');
  });

  test('that JSON cannot say are refused before anything is sent', async () => {
    const error = await failureOf(plainClient().echo.query(5n));
    expect(error).toMatchObject({ meta: { code: 'BAD_REQUEST', queue: 'shop' } });
    expect(rig.asked).toEqual([]);
  });

  test('that would be thenable are refused', async () => {
    const client = createTRPCClient<typeof richRouter>({
      links: [
        queueLink({
          requester: rig.requester,
          queue: 'shop',
          transformer: { serialize: (value) => value, deserialize: () => ({ then: () => 1 }) },
        }),
      ],
    });
    const error = await rig.runtime.run(failureOf(client.echo.query(1)));
    expect(error).toMatchObject({ meta: { code: 'BAD_REPLY', maybeExecuted: true } });
  });
});

describe('errors', () => {
  test('of the responder have its shape and data', async () => {
    const shape = encodeErrorBody({ message: 'm', code: 'NOT_FOUND', data: { path: 'echo' } });
    const body = JSON.stringify(shape);
    rig.onAsked = ({ reply }) => void reply(body, { header: ERROR });
    const error = await rig.runtime.run(failureOf(plainClient().echo.query(1)));
    expect(error).toBeInstanceOf(TRPCClientError);
    expect(error).toMatchObject({
      message: 'm',
      shape,
      data: { code: 'NOT_FOUND', httpStatus: 404, path: 'echo' },
      meta: { code: 'NOT_FOUND', callId: rig.asked[0]?.callId, maybeExecuted: true },
    });
  });

  test('of a responder with a transformer went through it', async () => {
    const client = createTRPCClient<typeof richRouter>({
      links: [queueLink({ requester: rig.requester, queue: 'shop', transformer: superjson })],
    });
    const shape = { message: 'm', code: -32004, data: { code: 'NOT_FOUND', at: new Date(5) } };
    const header = { ...TRPC, kind: 'error' };
    rig.onAsked = ({ reply }) => void reply(superjson.stringify(shape), { header });
    const error = await rig.runtime.run(failureOf(client.echo.query(1)));
    expect(error).toMatchObject({ data: { at: new Date(5) } });
  });

  test('of this side have an RpcError as their cause', async () => {
    rig.onAsked = () => undefined;
    const error = await rig.runtime.run(
      failureOf(plainClient().echo.query(1, { context: { timeoutMs: 70 } })),
    );
    expect(error).toBeInstanceOf(TRPCClientError);
    expect(error).toMatchObject({
      meta: { code: 'TIMEOUT', maybeExecuted: true, queue: 'shop' },
      cause: { code: 'TIMEOUT', elapsedMs: 70, procedure: 'echo' },
    });
    expect((error as Error).cause).toBeInstanceOf(RpcError);
  });

  test.each([['{"message":"m"}'], ['[]'], ['null']])(
    'without a shape, %s, are BAD_REPLY',
    async (body) => {
      rig.onAsked = ({ reply }) => void reply(body, { header: ERROR });
      const error = await rig.runtime.run(failureOf(plainClient().echo.query(1)));
      expect(error).toMatchObject({ meta: { code: 'BAD_REPLY' } });
    },
  );
});

describe('an abort', () => {
  test('before the call sends nothing and has an AbortError as its cause', async () => {
    const signal = AbortSignal.abort();
    const error = await failureOf(plainClient().echo.query(1, { signal }));
    expect(error).toBeInstanceOf(TRPCClientError);
    expect(error).toMatchObject({ cause: { name: 'AbortError' }, meta: { maybeExecuted: false } });
    await rig.runtime.advance(100);
    expect(rig.asked).toEqual([]);
  });

  test('after the request has left says so, and leaves no listener', async () => {
    rig.onAsked = () => undefined;
    const controller = new AbortController();
    const call = failureOf(plainClient().echo.query(1, { signal: controller.signal }));
    await rig.runtime.advance(10);
    controller.abort(new Error('mine'));
    expect(await call).toMatchObject({
      cause: { message: 'mine' },
      meta: { code: 'CANCELLED', maybeExecuted: true },
    });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('by unsubscribing frees the pending call', async () => {
    rig.onAsked = () => undefined;
    const op = { id: 1, type: 'query', path: 'echo', input: 1, context: {}, signal: null } as const;
    const next = (): never => {
      throw new Error('terminating');
    };
    const seen: unknown[] = [];
    const subscription = link()({})({ op, next }).subscribe({
      next: (value) => void seen.push(value),
      error: (error) => void seen.push(error),
    });
    await rig.runtime.advance(10);
    expect(rig.requester.pendingCount()).toBe(1);
    subscription.unsubscribe();
    expect(rig.requester.pendingCount()).toBe(0);
    await rig.runtime.advance(10);
    expect(seen).toEqual([]);
  });
});

test('an operation that was given up and is sent again is its next attempt', async () => {
  rig.onAsked = () => undefined;
  const context = { timeoutMs: 50 };
  const op = { id: 1, type: 'query', path: 'echo', input: 1, context, signal: null } as const;
  const next = (): never => {
    throw new Error('terminating');
  };
  const send = link()({});
  send({ op, next }).subscribe({}).unsubscribe();
  const failure = new Promise((resolve) => send({ op, next }).subscribe({ error: resolve }));
  expect(await rig.runtime.run(failure)).toMatchObject({ cause: { code: 'TIMEOUT', attempt: 2 } });
});

describe('an operation that is sent again', () => {
  const op = { id: 1, type: 'mutation', path: 'save', input: 1, signal: null } as const;
  const next = (): never => {
    throw new Error('terminating');
  };
  /** Sends it so often, each time once the last has failed. */
  const sendTimes = async (times: number): Promise<readonly unknown[]> => {
    const send = link()({});
    const context = { timeoutMs: 50 };
    const operation = { ...op, context };
    for (let time = 0; time < times; time += 1) {
      const failure = new Promise((resolve) =>
        send({ op: operation, next }).subscribe({ error: resolve }),
      );
      await rig.runtime.run(failure);
    }
    return rig.asked.map(({ header }) => header['repeats']);
  };
  test('says which call it repeats, as long as nobody answers', async () => {
    rig.onAsked = () => undefined;
    const repeats = await sendTimes(3);
    const first = rig.asked[0]!.callId;
    expect(first).not.toBe('');
    expect(repeats).toEqual([undefined, first, first]);
  });

  test('is another call once it was answered that it has failed', async () => {
    const failed = JSON.stringify(
      encodeErrorBody({ message: 'm', code: 'INTERNAL_SERVER_ERROR', data: {} }),
    );
    rig.onAsked = ({ reply }) => void reply(failed, { header: ERROR });
    expect(await sendTimes(2)).toEqual([undefined, undefined]);
  });
});

test('operations share messages from the first reply on', async () => {
  rig.onAsked = ({ frame, reply }) => reply(frame.body, { header: { ...RESULT, packs: 8 } });
  const saveThree = async (): Promise<number> => {
    const before = rig.asked.length;
    const client = plainClient();
    await rig.runtime.run(Promise.all([1, 2, 3].map((n) => client.save.mutate(n))));
    return new Set(rig.asked.slice(before).map(({ delivery }) => delivery.messageId)).size;
  };
  expect(await saveThree()).toBe(3);
  expect(await saveThree()).toBe(1);
});

test('an operation’s context says what a call’s options say', async () => {
  const context = {
    idempotencyKey: 'mine',
    metadata: { tenant: 'a' },
    attributes: { colour: 'red' },
    groupId: 'g',
    timeoutMs: 1234,
  };
  await rig.runtime.run(plainClient().save.mutate(1, { context }));
  expect(rig.asked[0]?.header).toMatchObject({
    key: 'mine',
    meta: { tenant: 'a' },
    timeoutMs: 1234,
  });
  expect(rig.asked[0]?.header).not.toHaveProperty('contract');
  expect(rig.asked[0]?.frame.attributes).toHaveProperty('colour');
  expect(rig.asked[0]?.delivery.groupId).toBe('g');
});

test('a subscription is refused', async () => {
  const error = await new Promise((resolve) =>
    plainClient().ticks.subscribe(undefined, { onError: resolve }),
  );
  expect(error).toMatchObject({ meta: { code: 'NOT_IMPLEMENTED' } });
});

test.each([0, -1, Number.NaN])(
  'a timeoutMs of %d is refused when the link is made',
  (timeoutMs) => {
    expect(() => link(timeoutMs)).toThrow(`timeoutMs is ${timeoutMs}: expected more than 0.`);
  },
);

test('a requester of another kind is refused', () => {
  expect(() => queueLink({ requester: { ...rig.requester }, queue: 'shop' })).toThrow(
    'is not what createRequester() returned',
  );
});
