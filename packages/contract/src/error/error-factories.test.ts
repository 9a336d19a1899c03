import { expect, test } from 'vitest';
import { z } from 'zod';
import { mutation } from '../define/procedure.ts';
import { DeclaredError } from './declared-error.ts';
import { errorFactories } from './error-factories.ts';

const login = mutation({ errors: { locked: z.object({ until: z.number() }), gone: true } });
const errors = errorFactories(login);

test('a factory makes an error that carries its name, data and message', () => {
  const error = errors.locked({ until: 5 }, 'come back later');
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    declared: 'locked',
    data: { until: 5 },
    message: 'come back later',
  });
});

test('the message is the name unless one is given, an empty one too', () => {
  expect(errors.gone().message).toBe('gone');
  expect(errors.gone(undefined, '').message).toBe('');
});

test('an error without data has none', () => {
  expect(errors.gone().data).toBeUndefined();
});

test('the stack of an error begins where the handler made it', () => {
  expect(errors.gone().stack).toContain('error-factories.test.ts');
});

test('only declared names have a factory', () => {
  expect(Object.keys(errors)).toEqual(['locked', 'gone']);
  expect('constructor' in errors).toBe(false);
});

test('an error of another copy of the package is recognised, any other is not', () => {
  expect(DeclaredError.is(errors.gone())).toBe(true);
  expect(DeclaredError.is({ [Symbol.for('replyq.DeclaredError')]: true })).toBe(true);
  expect(DeclaredError.is(new Error('gone'))).toBe(false);
  expect(DeclaredError.is(null)).toBe(false);
});
