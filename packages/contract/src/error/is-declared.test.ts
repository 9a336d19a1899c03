import { expect, test } from 'vitest';
import { defineContract } from '../define/contract.ts';
import { mutation } from '../define/procedure.ts';
import { isDeclared } from './is-declared.ts';
import { RpcError, type RpcErrorOptions } from './rpc-error.ts';

const login = mutation({ errors: { locked: true, gone: true } });
const auth = defineContract('auth', { login, user: { login } });

const locked: RpcErrorOptions = {
  code: 'DECLARED',
  origin: 'remote',
  procedure: 'login',
  declared: 'locked',
};

test('the declared error of this procedure is recognised', () => {
  expect(isDeclared(new RpcError(locked), auth.login, 'locked')).toBe(true);
});

test.each<[string, Partial<RpcErrorOptions>]>([
  ['another name', { declared: 'gone' }],
  ['another procedure that declares the same name', { procedure: 'user.login' }],
  ['another code', { code: 'CONFLICT' }],
  ['an error that no responder sent', { origin: 'local' }],
])('%s is not', (_, difference) => {
  expect(isDeclared(new RpcError({ ...locked, ...difference }), auth.login, 'locked')).toBe(false);
});

test.each([null, undefined, 'locked', new Error('locked'), { ...locked }])(
  'what is no RpcError is not: %s',
  (value) => {
    expect(isDeclared(value, auth.login, 'locked')).toBe(false);
  },
);
