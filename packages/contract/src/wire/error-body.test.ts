import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeErrorBody, encodeErrorBody } from './error-body.ts';

describe('an error body', () => {
  it('has tRPC’s shape, and never a stack', () => {
    const body = encodeErrorBody({
      message: 'no',
      code: 'NOT_FOUND',
      data: { path: 'a.b', stack: 'at x', code: 'fake' },
    });
    expect(body).toEqual({
      message: 'no',
      code: -32_004,
      data: { path: 'a.b', code: 'NOT_FOUND', httpStatus: 404 },
    });
  });

  it('gives back what was encoded', () => {
    const declared = { name: 'locked', data: { until: 5 } };
    const read = (error: Parameters<typeof encodeErrorBody>[0]): unknown =>
      decodeErrorBody(encodeErrorBody(error));
    expect(read({ message: 'm', code: 'CONFLICT' })).toEqual({
      message: 'm',
      code: 'CONFLICT',
      ran: true,
      data: { code: 'CONFLICT', httpStatus: 409 },
    });
    expect(read({ message: 'm', code: 'UNPROCESSABLE_CONTENT', declared })).toMatchObject({
      code: 'DECLARED',
      declared,
      ran: true,
    });
    expect(
      read({ message: 'm', code: 'BAD_REQUEST', ran: false, rpcCode: 'UNSUPPORTED_VERSION' }),
    ).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      ran: false,
    });
  });

  it('lets no other code of ours travel', () => {
    expect(
      encodeErrorBody({ message: 'm', code: 'TIMEOUT', rpcCode: 'CANCELLED' }),
    ).not.toHaveProperty('data.replyq');
    for (const code of ['DECLARED', 'CANCELLED', 'NOT_SENT', 'UNSUPPORTED_VERSION']) {
      expect(decodeErrorBody({ message: 'm', data: { code } }).code).toBe('INTERNAL_SERVER_ERROR');
      if (code !== 'UNSUPPORTED_VERSION') {
        expect(decodeErrorBody({ message: 'm', data: { replyq: code } }).code).toBe(
          'INTERNAL_SERVER_ERROR',
        );
      }
    }
  });

  it.each<[string, unknown]>([
    ['a message that is an object', { message: {}, data: { code: 'TIMEOUT' } }],
    ['an unknown code', { message: 'm', code: 999, data: { code: '__proto__' } }],
    ['no data', { message: 'm' }],
    ['null', null],
    ['a list', []],
    [
      'a declared error without a name',
      { message: 'm', data: { declared: { name: {}, data: 1 } } },
    ],
    [
      'a declared error with an odd name',
      { message: 'm', data: { declared: { name: '__proto__.x' } } },
    ],
  ])('Y6: is read sanely with %s', (_, value) => {
    const error = decodeErrorBody(value);
    expect(error.message).toBeTypeOf('string');
    expect(['TIMEOUT', 'INTERNAL_SERVER_ERROR']).toContain(error.code);
    expect(error.declared).toBeUndefined();
    expect(error.ran).toBe(true);
  });

  it('Y6: has a message of at most 8 KiB and no stack', () => {
    const error = decodeErrorBody({
      message: 'x'.repeat(2 ** 20),
      data: { code: 'TIMEOUT', stack: 's', path: 'p' },
    });
    expect(error.message).toHaveLength(8_192);
    expect(error.data).toEqual({ code: 'TIMEOUT', path: 'p' });
  });

  it('believes nothing that is inherited', () => {
    const data: unknown = Object.create({ code: 'TIMEOUT', ran: false });
    expect(decodeErrorBody(Object.create({ message: 'm', data }))).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      ran: true,
    });
  });

  it('is read from anything without a throw', () => {
    fc.assert(fc.property(fc.anything(), (value) => void decodeErrorBody(value)));
  });
});
