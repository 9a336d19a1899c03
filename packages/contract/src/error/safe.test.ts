import { expect, test } from 'vitest';
import { RpcError } from './rpc-error.ts';
import { safe } from './safe.ts';

test('a call that succeeds gives its data and no error', async () => {
  expect(await safe(Promise.resolve(5))).toEqual({ error: null, data: 5 });
});

test('a call that returns nothing is told from one that failed', async () => {
  expect(await safe(Promise.resolve(undefined))).toEqual({ error: null, data: undefined });
});

test('a call that fails gives its own RpcError and no data', async () => {
  const failure = new RpcError({ code: 'TIMEOUT' });
  const { error, data } = await safe(Promise.reject(failure));
  expect(error).toBe(failure);
  expect(data).toBeUndefined();
});

test.each([new Error('socket'), 'socket', null, undefined])(
  'a rejection with %s becomes an RpcError',
  async (cause) => {
    const { error } = await safe(Promise.reject(cause));
    expect(RpcError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', origin: 'local' });
    expect(error?.cause).toBe(cause);
  },
);
