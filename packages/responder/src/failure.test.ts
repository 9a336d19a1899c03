import { defineContract, mutation } from '@replyq/contract';
import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AnswererSettings } from './responder-options.ts';
import { openAnswerer, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: mutation({ input: z.unknown(), output: z.unknown() }),
});

/** A responder whose handler throws what `thrown` returns. */
function throwing(thrown: () => unknown, settings: AnswererSettings = {}): Rig {
  const run = (): never => {
    throw thrown();
  };
  return openAnswerer({ contract: one, handlers: { run }, ...settings });
}

describe('F43: whatever a handler throws, there is one reply and the slot is free', () => {
  const hostile = new Proxy(new Error('secret'), {
    get: () => {
      throw new Error('trap');
    },
    has: () => {
      throw new Error('trap');
    },
    getPrototypeOf: () => {
      throw new Error('trap');
    },
  });
  const getter = Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('secret');
    },
  });
  test.each([
    ['an Error', new Error('secret')],
    ['a text', 'secret'],
    ['a number', 5],
    ['undefined', undefined],
    ['null', null],
    ['a function', () => 'secret'],
    ['a symbol', Symbol('secret')],
    ['a record', { message: 'secret', code: 'NOT_FOUND' }],
    ['a frozen record', Object.freeze({ message: 'secret' })],
    ['a thenable', { then: (resolve: (value: string) => void) => resolve('secret') }],
    ['a proxy that throws', hostile],
    ['an error whose message throws', getter],
    ['an error with a cycle', Object.assign(new Error('secret'), { cause: one })],
  ])('%s', async (_, thrown) => {
    const rig = throwing(() => thrown);
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(rig.replies).toHaveLength(1);
    expect(rig.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', ran: true });
    expect(rig.replies[0]?.body).not.toContain('secret');
    expect(rig.replies[0]?.body).not.toContain('stack');
    expect(rig.runtime.timerCount()).toBe(0);
  });
});

describe('the message of an error', () => {
  test('that nobody wrote for the caller is hidden, unless exposeErrors says otherwise', async () => {
    const hidden = throwing(() => new Error('secret'));
    await hidden.answer({});
    expect(hidden.error().message).toBe('Internal server error');
    const shown = throwing(() => new Error('secret'), { exposeErrors: true });
    await shown.answer({});
    expect(shown.error().message).toBe('secret');
    expect(shown.replies[0]?.body).not.toContain('stack');
  });

  test.each([
    [new TRPCError({ code: 'NOT_FOUND', message: 'no such user' }), 'no such user'],
    [new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'written' }), 'written'],
    [
      new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new Error('secret') }),
      'Internal server error',
    ],
  ])('of a TRPCError is told as it was meant: %s', async (thrown, message) => {
    const rig = throwing(() => thrown);
    await rig.answer({});
    expect(rig.error()).toMatchObject({ code: thrown.code, message });
  });
});

describe('hooks that throw change nothing', () => {
  const loud = (): never => {
    throw new Error('loud');
  };

  test('onError, also an asynchronous one', async () => {
    const sync = throwing(() => new Error('x'), { onError: loud });
    expect(await sync.answer({})).toEqual({ kind: 'ack' });
    const asynchronous: () => unknown = () => Promise.reject(new Error('late'));
    const late = throwing(() => new Error('x'), { onError: asynchronous });
    expect(await late.answer({})).toEqual({ kind: 'ack' });
    expect(late.replies).toHaveLength(1);
  });

  test('the observer', async () => {
    const rig = openAnswerer({ contract: one, handlers: { run: () => 7 }, observer: loud });
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(rig.result()).toBe(7);
  });
});

test('onError is told of the error, the input, the context and the call', async () => {
  const told: unknown[] = [];
  const rig = throwing(() => new TRPCError({ code: 'NOT_FOUND' }), {
    onError: (failure) => void told.push(failure),
  });
  await rig.answer({ input: 5 });
  expect(told).toMatchObject([
    {
      error: { code: 'NOT_FOUND' },
      procedure: 'run',
      input: 5,
      ctx: {},
      call: { senderId: 'ann' },
    },
  ]);
});

describe('an error formatter', () => {
  const withFormatter = (format: (shape: object) => unknown): Rig => {
    const t = initTRPC.create({
      isDev: true,
      errorFormatter: ({ shape }) => format(shape) as never,
    });
    const router = t.router({
      run: t.procedure.mutation(() => {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
      }),
    });
    return openAnswerer({ router });
  };

  test('adds data, but never a stack', async () => {
    const rig = withFormatter((shape) => ({ ...shape, data: { ...dataOf(shape), extra: 5 } }));
    await rig.answer({});
    expect(rig.error()).toMatchObject({
      code: 'FORBIDDEN',
      message: 'not you',
      data: { extra: 5 },
    });
    expect(rig.replies[0]?.body).not.toContain('stack');
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['returns null', () => null],
    ['returns nothing', () => undefined],
    ['returns what cannot travel', (shape: object) => ({ ...shape, data: { f: () => 1 } })],
  ])('that %s costs neither the reply nor the code', async (_, format) => {
    const rig = withFormatter(format);
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code: 'FORBIDDEN', ran: true });
    expect(rig.replies[0]?.body).not.toContain('secret');
  });
});

function dataOf(shape: object): object {
  return (shape as { data: object }).data;
}

describe('createContext', () => {
  test.each([
    ['its code', new TRPCError({ code: 'UNAUTHORIZED', message: 'who?' }), 'UNAUTHORIZED'],
    ['an internal error', new Error('secret'), 'INTERNAL_SERVER_ERROR'],
  ])('that throws fails the call with %s, and nothing ran', async (_, thrown, code) => {
    const rig = openAnswerer({
      contract: one,
      handlers: { run: () => 7 },
      createContext: () => {
        throw thrown;
      },
    });
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code, ran: false });
    expect(rig.replies[0]?.body).not.toContain('secret');
  });
});

describe('a result that cannot be encoded', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  test.each([
    ['a function', () => 1],
    ['a cycle', cycle],
    ['a symbol', Symbol('x')],
    ['an own key constructor', { constructor: 1 }],
    [
      'a getter that throws',
      {
        get x() {
          throw new Error('secret');
        },
      },
    ],
    ['a thenable inside', [{ then: () => 1 }]],
  ])('(%s) is an internal error, and the handler has run', async (_, value) => {
    const rig = openAnswerer({ contract: one, handlers: { run: () => value } });
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', ran: true });
    expect(rig.replies[0]?.body).not.toContain('secret');
  });

  test('since it is too large is PAYLOAD_TOO_LARGE', async () => {
    const value = { at: new Date(), text: 'x'.repeat(1_100_000) };
    const rig = openAnswerer({ contract: one, handlers: { run: () => value } });
    await rig.answer({});
    expect(rig.error()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', ran: true });
  });

  test('since it is a stream is UNSUPPORTED_MEDIA_TYPE', async () => {
    const run = async function* (): AsyncGenerator<number> {
      yield 1;
    };
    const rig = openAnswerer({ contract: one, handlers: { run: () => run() } });
    await rig.answer({});
    expect(rig.error()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE', ran: true });
  });
});
