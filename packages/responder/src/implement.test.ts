import {
  defineContract,
  mutation,
  query,
  RpcError,
  subscription,
  type Schema,
} from '@replyq/contract';
import { currentCall } from '@replyq/contract/transport';
import { TRPCError } from '@trpc/server';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { implement } from './implement.ts';
import { HOST, openAnswerer } from './testing/answerer-rig.ts';

const numbers = defineContract('numbers', {
  run: mutation({
    input: z.object({ n: z.string().transform(Number) }),
    output: z.object({ n: z.number().transform((n) => `${n}!`) }),
    errors: { tooBig: z.object({ max: z.number().transform((max) => max * 2) }), closed: true },
  }),
  silent: mutation({ input: z.number() }),
  nested: { ask: query({ output: z.string() }) },
});
const idle = { silent: () => undefined, nested: { ask: (): string => 'x' } };

describe('a handler gets', () => {
  test('the input as the schema makes it, and its output is transformed once', async () => {
    const seen: unknown[] = [];
    const rig = openAnswerer({
      contract: numbers,
      handlers: { ...idle, run: ({ input }) => (seen.push(input), { n: input.n, extra: 1 }) },
    });
    expect(await rig.answer({ input: { n: '5' } })).toEqual({ kind: 'ack' });
    expect(seen).toEqual([{ n: 5 }]);
    expect(rig.result()).toEqual({ n: '5!' });
  });

  test('ctx, signal, errors and the call, which is the current one', async () => {
    let given: Readonly<Record<string, unknown>> = {};
    const rig = openAnswerer({
      contract: numbers,
      createContext: ({ metadata, procedure }) => ({ metadata, procedure }),
      handlers: {
        ...idle,
        run: (opts) => {
          given = { ...opts, same: currentCall() === opts.call, left: opts.call.remainingMs() };
          return { n: 1 };
        },
      },
    });
    await rig.answer({ input: { n: '5' }, header: { meta: { a: 'b' } }, ageMs: 100 });
    expect(given).toMatchObject({
      ctx: { metadata: { a: 'b' }, procedure: 'run' },
      same: true,
      left: 900,
      call: { callId: 'call-1', procedure: 'run', queue: 'requests', metadata: { a: 'b' } },
    });
    expect(given['signal']).toBeInstanceOf(AbortSignal);
    expect(given['errors']).toHaveProperty('tooBig');
    expect(rig.runtime.timerCount()).toBe(0);
  });

  test('nothing where the contract names no input, whatever was sent', async () => {
    const seen: unknown[] = [];
    const rig = openAnswerer({
      contract: numbers,
      handlers: {
        ...idle,
        run: () => ({ n: 1 }),
        nested: { ask: ({ input }) => (seen.push(input), 'x') },
      },
    });
    const header = { type: 'query' };
    await rig.answer({ procedure: 'nested.ask', header, input: { hostile: 1 } });
    expect(seen).toEqual([undefined]);
  });
});

test('a procedure without output replies undefined, whatever its handler returns', async () => {
  const handlers = { ...idle, silent: () => 'secret' as never, run: () => ({ n: 1 }) };
  const rig = openAnswerer({ contract: numbers, handlers });
  await rig.answer({ procedure: 'silent', input: 1 });
  expect(rig.result()).toBeUndefined();
});

test('an input that does not fit is BAD_REQUEST, and the handler was surely not entered', async () => {
  let entered = 0;
  const run = (): { n: number } => ({ n: (entered += 1) });
  const rig = openAnswerer({ contract: numbers, handlers: { ...idle, run } });
  await rig.answer({ input: { n: 5 } });
  expect(entered).toBe(0);
  expect(rig.error()).toMatchObject({ code: 'BAD_REQUEST', ran: false });
});

test('an output that does not fit is an internal error, and the handler has run', async () => {
  const run = (): { n: number } => ({ n: 'five' as never });
  const rig = openAnswerer({ contract: numbers, handlers: { ...idle, run } });
  await rig.answer({ input: { n: '5' } });
  expect(rig.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', ran: true });
});

describe('a declared error', () => {
  const failing = (run: Parameters<typeof makeRun>[0]): ReturnType<typeof makeRun> => makeRun(run);
  const makeRun = (
    run: (errors: { tooBig: (data: never) => Error; closed: () => Error }) => Error,
  ): ReturnType<typeof openAnswerer> =>
    openAnswerer({
      contract: numbers,
      handlers: {
        ...idle,
        run: ({ errors }) => {
          throw run(errors);
        },
      },
    });

  test('travels with its data as its schema makes it', async () => {
    const rig = failing(({ tooBig }) => tooBig({ max: 5 } as never));
    await rig.answer({ input: { n: '5' } });
    expect(rig.error()).toMatchObject({
      code: 'DECLARED',
      declared: { name: 'tooBig', data: { max: 10 } },
      message: 'tooBig',
      ran: true,
    });
    expect(rig.events).toContainEqual(
      expect.objectContaining({ kind: 'handlerSettled', outcome: 'UNPROCESSABLE_CONTENT' }),
    );
  });

  test('without data travels without', async () => {
    const rig = failing(({ closed }) => closed());
    await rig.answer({ input: { n: '5' } });
    expect(rig.error().declared).toEqual({ name: 'closed', data: undefined });
  });

  test('whose data does not fit its schema is an internal error', async () => {
    const rig = failing(({ tooBig }) => tooBig({ max: 'secret' } as never));
    await rig.answer({ input: { n: '5' } });
    expect(rig.error()).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Internal server error',
      ran: true,
    });
    expect(rig.replies[0]?.body).not.toContain('secret');
  });

  test('that the procedure does not declare is an internal error', async () => {
    const other = defineContract('other', {
      run: mutation({ errors: { unknownHere: true } }),
    });
    const rigs = openAnswerer({
      contract: other,
      handlers: {
        run: ({ errors }) => {
          throw errors.unknownHere();
        },
      },
    });
    await rigs.answer({});
    expect(rigs.error()).toMatchObject({ code: 'DECLARED' });
    const foreign = failing(() => Object.assign(new Error('x'), { declared: 'unknownHere' }));
    await foreign.answer({ input: { n: '5' } });
    expect(foreign.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });
});

describe('implement', () => {
  test.each([
    [{}, 'The contract "numbers" has a procedure "run", but no handler is given for it.'],
    [{ ...idle, run: 5 }, 'has a procedure "run", but no handler is given for it.'],
    [
      { ...idle, run: (): number => 1, nested: {} },
      'has a procedure "nested.ask", but no handler is given for it.',
    ],
    [
      { ...idle, run: (): number => 1, more: () => 1 },
      'A handler "more" is given, but the contract "numbers" has no such procedure.',
    ],
    [
      { ...idle, run: (): number => 1, nested: { ask: (): number => 1, deep: { er: () => 1 } } },
      'A handler "nested.deep.er" is given',
    ],
  ])('refuses %o', (handlers, message) => {
    expect(() => implement(numbers, handlers as never)).toThrow(RpcError);
    expect(() => implement(numbers, handlers as never)).toThrow(message);
  });

  test('takes no handler from a prototype', () => {
    const contract = defineContract('odd', { isPrototypeOf: query({}) });
    expect(() => implement(contract, {} as never)).toThrow('no handler is given for it');
  });

  test('refuses a subscription, with or without a handler', () => {
    const contract = defineContract('ticks', { ticks: subscription({ output: z.number() }) });
    const message = '"ticks" is a subscription, which cannot be implemented yet.';
    expect(() => implement(contract, {})).toThrow(message);
    expect(() => implement(contract, { ticks: () => 1 } as never)).toThrow(message);
  });
});

describe('a schema', () => {
  const twice = v.pipe(
    v.number(),
    v.transform(async (n) => {
      if (n < 0) throw new Error(`${n} is below zero`);
      return n * 2;
    }),
  );
  const declared = defineContract('twice', {
    run: mutation({
      input: twice as unknown as v.GenericSchema<number, number>,
      output: twice as unknown as v.GenericSchema<number, number>,
    }),
  });

  test('that calls itself synchronous may transform with an async function', async () => {
    const rig = openAnswerer({ contract: declared, handlers: { run: ({ input }) => input + 1 } });
    await rig.answer({ input: 5 });
    expect(rig.result()).toBe(22);
  });

  test('that fails, instead of refusing, is no fault of the caller, who is not told its words', async () => {
    const rig = openAnswerer({ contract: declared, handlers: { run: () => -1 } });
    await rig.answer({ input: -5 });
    const failed = { code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' };
    expect(rig.error()).toMatchObject(failed);
    await rig.answer({ input: 5, frame: { replyTo: `${HOST}#call-2` } });
    expect(rig.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });

  test('may answer with something that is only thenable', async () => {
    const later = (result: unknown): unknown => ({
      then: (resolve: (value: unknown) => unknown) => later(resolve(result)),
    });
    const odd = {
      '~standard': {
        version: 1,
        vendor: 'odd',
        validate: (value: unknown) =>
          later(value === 'bad' ? { issues: [{ message: 'bad' }] } : { value }),
      },
    } as unknown as Schema<string, string>;
    const contract = defineContract('odd', { run: mutation({ input: odd, output: odd }) });
    const rig = openAnswerer({ contract, handlers: { run: ({ input }) => input } });
    await rig.answer({ input: 'good' });
    expect(rig.result()).toBe('good');
    await rig.answer({ input: 'bad', frame: { replyTo: `${HOST}#call-2` } });
    expect(rig.error()).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

test('interceptors see a TRPCError also when the data of a declared error cannot be checked', async () => {
  const seen: unknown[] = [];
  const throws = z.string().transform((): string => {
    throw new Error('the schema is broken');
  });
  const contract = defineContract('broken', { run: mutation({ errors: { bad: throws } }) });
  const rig = openAnswerer({
    contract,
    handlers: {
      run: ({ errors }) => {
        throw errors.bad('x');
      },
    },
    interceptors: [
      (call, next) =>
        next(call).catch((error: unknown) => {
          seen.push(error instanceof TRPCError ? error.code : error);
          throw error;
        }),
    ],
  });
  await rig.answer({ input: undefined });
  expect(seen).toEqual(['INTERNAL_SERVER_ERROR']);
});

test('a context may be a function that has a then', async () => {
  const contexts: unknown[] = [];
  const rig = openAnswerer({
    contract: numbers,
    createContext: () =>
      Object.assign(() => undefined, {
        then: (resolve: (ctx: object) => void) => resolve({ user: 'ann' }),
      }) as unknown as Promise<object>,
    handlers: { ...idle, run: ({ ctx }) => (contexts.push(ctx), { n: 1 }) },
  });
  await rig.answer({ input: { n: '5' } });
  expect(contexts).toEqual([{ user: 'ann' }]);
});
