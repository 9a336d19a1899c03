import { defineContract, isDeclared, query, RpcError } from '@replyq/contract';
import { encodeErrorBody } from '@replyq/contract/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERROR, failureOf, openRig, RESULT, shop, type Rig } from './testing/rig.ts';

const rigs: Rig[] = [];

async function open(): Promise<Rig> {
  const rig = await openRig();
  rig.onAsked = ({ frame, reply }) => void reply(frame.body, { header: echoHeader(frame.header) });
  rigs.push(rig);
  return rig;
}

function echoHeader(header: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...RESULT, content: header['content'] };
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.close();
    expect(rig.requester.pendingCount()).toBe(0);
    expect(rig.runtime.timerCount()).toBe(0);
  }
});

describe('an input that cannot be sent', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  test.each([
    ['a function', () => 1],
    ['a symbol', { deep: [Symbol('x')] }],
    ['a cycle', cycle],
    ['a promise', Promise.resolve(1)],
    ['an own key constructor', { constructor: 1 }],
    [
      'a getter that throws',
      {
        get x() {
          throw new TypeError('getter');
        },
      },
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw 'proxy';
          },
        },
      ),
    ],
  ])('%s is BAD_REQUEST and sends nothing', async (_, input) => {
    const rig = await open();
    const error = await failureOf(rig.requester.client(shop).buy(input));
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: 'BAD_REQUEST', procedure: 'buy', queue: 'shop' });
    expect((error as Error).message).toMatch(/^The input of "buy" cannot be sent: /);
    await rig.runtime.advance(100);
    expect(rig.asked).toEqual([]);
  });

  test('a message larger than the queue takes is PAYLOAD_TOO_LARGE', async () => {
    const rig = await open();
    const error = await rig.runtime.run(
      failureOf(rig.requester.client(shop).buy('x'.repeat(1_048_577))),
    );
    expect(error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', maybeExecuted: false });
  });
});

test('values come back as they were sent', async () => {
  const rig = await open();
  const value = {
    at: new Date(5),
    tags: new Set(['a']),
    map: new Map([[1, { n: 10n }]]),
    nothing: undefined,
    numbers: [Number.NaN, -0, Infinity],
    bytes: new Uint8Array([1]),
  };
  expect(await rig.runtime.run(rig.requester.client(shop).buy(value))).toEqual(value);
  expect(await rig.runtime.run(rig.requester.client(shop).buy(undefined))).toBeUndefined();
  expect(rig.asked.map(({ header }) => header['content'])).toEqual(['superjson', 'superjson']);
});

describe('checkOutput', () => {
  test('lets a fit pass unchanged and makes a misfit BAD_REPLY', async () => {
    const rig = await open();
    const client = rig.requester.client(shop, { checkOutput: true });
    rig.onAsked = ({ frame, reply }) => void reply(frame.body === '"ok"' ? '5' : '"five"');
    expect(await rig.runtime.run(client.price('ok'))).toBe(5);
    const error = await rig.runtime.run(failureOf(client.price('bad')));
    expect(error).toMatchObject({
      code: 'BAD_REPLY',
      maybeExecuted: true,
      procedure: 'price',
      queue: 'shop',
      callId: rig.asked[1]?.callId,
      elapsedMs: 0,
    });
    const unchecked = rig.requester.client(shop);
    expect(await rig.runtime.run(unchecked.price('bad'))).toBe('five');
  });

  test('takes a schema that throws for a misfit', async () => {
    const odd = defineContract('shop', {
      odd: query({
        output: z.number().refine(() => {
          throw new Error('schema broke');
        }),
      }),
    });
    const rig = await open();
    rig.onAsked = ({ reply }) => void reply('5');
    const client = rig.requester.client(odd, { checkOutput: true });
    const error = await rig.runtime.run(failureOf(client.odd()));
    expect(error).toMatchObject({ code: 'BAD_REPLY', procedure: 'odd' });
    expect((error as Error).message).toContain('schema broke');
  });
});

describe('an error reply', () => {
  const replyWith = async (body: unknown): Promise<unknown> => {
    const rig = await open();
    rig.onAsked = ({ reply }) => void reply(JSON.stringify(body), { header: ERROR });
    return rig.runtime.run(failureOf(rig.requester.client(shop).buy(1)));
  };

  test('that the contract declares has its name and data', async () => {
    const error = await replyWith(
      encodeErrorBody({
        message: 'closed',
        code: 'UNPROCESSABLE_CONTENT',
        declared: { name: 'closed', data: undefined },
      }),
    );
    expect(isDeclared(error, shop.buy, 'closed')).toBe(true);
    expect(error).toMatchObject({ code: 'DECLARED', declared: 'closed', maybeExecuted: true });
  });

  test.each(['other', 'toString', '__proto__x', 'constructor'])(
    'that names an error unknown here (%s) is an undeclared one',
    async (name) => {
      const declared = { name, data: 5 };
      const error = await replyWith(
        encodeErrorBody({ message: 'm', code: 'UNPROCESSABLE_CONTENT', declared }),
      );
      expect(error).toMatchObject({
        code: 'UNPROCESSABLE_CONTENT',
        message: `The responder declares an error "${name}", which this side's contract does not know: m`,
        declared: undefined,
        data: { declared },
        procedure: 'buy',
        queue: 'shop',
        elapsedMs: 0,
      });
    },
  );

  test('says that nothing ran only when the responder says so', async () => {
    const body = { message: 'm', code: 'NOT_FOUND' } as const;
    expect(await replyWith(encodeErrorBody(body))).toMatchObject({ maybeExecuted: true });
    expect(await replyWith(encodeErrorBody({ ...body, ran: false }))).toMatchObject({
      code: 'NOT_FOUND',
      origin: 'remote',
      maybeExecuted: false,
    });
  });

  test.each([
    ['null'],
    ['"text"'],
    ['{"data":{"code":"CLOSED"}}'],
    ['{"data":{"code":"DECLARED"}}'],
  ])('of a form that nobody sends (%s) is INTERNAL_SERVER_ERROR', async (body) => {
    const error = await replyWith(JSON.parse(body));
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', origin: 'remote' });
  });
});

test('a part of a contract is refused', async () => {
  const rig = await open();
  expect(() => rig.requester.client(shop.buy)).toThrow('Not a contract');
});

test('the client is no thenable, and has no subscriptions', async () => {
  const rig = await open();
  const client: object = rig.requester.client(shop);
  expect('then' in client).toBe(false);
  expect(await Promise.resolve(client)).toBe(client);
});
