import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RpcError } from '../error/rpc-error.ts';
import type { ProcedureTree } from './bind.ts';
import { contractInfo } from './contract-info.ts';
import { defineContract } from './contract.ts';
import { mutation, query } from './procedure.ts';

const byId = query({ input: z.string(), output: z.number() });

/** The message with which a definition is refused. */
function refusal(name: string, procedures: unknown): string {
  try {
    defineContract(name, procedures as ProcedureTree);
  } catch (error) {
    if (RpcError.is(error) && error.code === 'BAD_REQUEST') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A record `levels` deep with a procedure at the bottom. */
function nested(levels: number): ProcedureTree {
  return levels === 1 ? { leaf: byId } : { down: nested(levels - 1) };
}

describe('defineContract', () => {
  test('binds each procedure to its path and its contract', () => {
    const auth = defineContract('auth', { login: mutation(), user: { byId } });
    expect(auth.login).toMatchObject({ type: 'mutation', path: 'login', contract: 'auth' });
    expect(auth.user.byId).toMatchObject({ type: 'query', path: 'user.byId', contract: 'auth' });
    expect(auth.user.byId.input).toBe(byId.input);
  });

  test('leaves the given record and its procedures alone', () => {
    const given = { user: { byId } };
    defineContract('auth', given);
    expect(given.user.byId).toBe(byId);
    expect('path' in byId).toBe(false);
  });

  test('gives an object of its own to each place of one procedure', () => {
    const auth = defineContract('auth', { one: byId, two: byId });
    expect(auth.one.path).toBe('one');
    expect(auth.two.path).toBe('two');
  });

  test('takes a contract as a namespace of another, and one namespace twice', () => {
    const auth = defineContract('auth', { user: { byId } });
    const all = defineContract('all', { auth, again: auth.user, once: auth.user.byId });
    expect(all.auth.user.byId).toMatchObject({ path: 'auth.user.byId', contract: 'all' });
    expect(all.again.byId.path).toBe('again.byId');
    expect(all.once.path).toBe('once');
    expect(auth.user.byId.path).toBe('user.byId');
  });

  test('is frozen at every level, and its names are the procedures and nothing else', () => {
    const auth = defineContract('auth', { login: mutation(), user: { byId } });
    for (const part of [auth, auth.user, auth.login]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.keys(auth)).toEqual(['login', 'user']);
    expect(Reflect.has(auth, 'toString')).toBe(false);
    expect(Reflect.has(auth.user, 'constructor')).toBe(false);
  });

  test.each([
    'then',
    'call',
    'apply',
    'constructor',
    'prototype',
    'toJSON',
    'toString',
    'valueOf',
    'hasOwnProperty',
  ])('refuses the name %s for a procedure, a namespace and an error', (name) => {
    expect(refusal('auth', { [name]: byId })).toContain(`"${name}"`);
    expect(refusal('auth', { user: { [name]: { byId } } })).toContain(`"${name}" in "auth.user"`);
    expect(() => query({ errors: { [name]: true } })).toThrow(`"${name}"`);
  });

  test('refuses __proto__ as a name and as a prototype', () => {
    expect(refusal('auth', JSON.parse('{"__proto__":{}}'))).toContain('"__proto__"');
    expect(refusal('auth', Object.create({ login: byId }))).toContain('neither a procedure');
  });

  test.each(['', 'a.b', 'a b', '1a', '-a', '~a', 'ä', 'a'.repeat(65)])(
    'refuses the name %j',
    (name) => {
      expect(refusal('auth', { [name]: byId })).toContain(JSON.stringify(name));
    },
  );

  test.each(['a', '_', '_1', 'A-b', 'a'.repeat(64), 'length', 'query'])(
    'takes the name %j',
    (name) => {
      expect(defineContract('auth', { [name]: byId })[name]?.path).toBe(name);
    },
  );

  test.each(['', 'a.fifo', 'a b', 'a/b', 'a'.repeat(81)])(
    'refuses the contract name %j',
    (name) => {
      expect(refusal(name, {})).toContain(JSON.stringify(name));
    },
  );

  test.each(['a', '1-_', 'a'.repeat(80)])('takes the contract name %j', (name) => {
    expect(contractInfo(defineContract(name, {})).name).toBe(name);
  });

  test('refuses a contract name that is no string', () => {
    expect(() => defineContract(5 as never, {})).toThrow('of type number');
  });

  test('quotes no more than a hundred characters of a name', () => {
    expect(refusal('x y'.repeat(1_000), {}).length).toBeLessThan(300);
  });

  test('takes eight levels and refuses nine', () => {
    expect([...contractInfo(defineContract('deep', nested(8))).procedures.keys()]).toEqual([
      'down.down.down.down.down.down.down.leaf',
    ]);
    expect(refusal('deep', nested(9))).toContain('nested deeper than 8');
  });

  test('refuses a cycle and says where', () => {
    const cycle: Record<string, unknown> = { login: byId };
    cycle['user'] = { back: cycle };
    expect(refusal('auth', cycle)).toBe('"auth.user.back" contains itself.');
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'query'],
    ['a function', () => byId],
    ['an array', [byId]],
    ['a promise', Promise.resolve(byId)],
    ['a class instance', new Date(0)],
    ['a copy that lost its mark', JSON.parse(JSON.stringify(byId))],
  ])('refuses %s where a procedure is expected', (_, value) => {
    expect(refusal('auth', { user: { x: value } })).toContain('"auth.user.x');
  });

  test('tells who gives a schema to wrap it', () => {
    expect(refusal('auth', { login: z.string() })).toContain('"auth.login" is a schema: wrap it');
    expect(refusal('auth', z.object({}))).toContain('the contract "auth" is a schema');
  });

  test('takes one foreign procedure and refuses two', () => {
    const foreign = query({ foreign: 'text' });
    expect(defineContract('auth', { shell: foreign }).shell.settings.foreign).toBe('text');
    expect(refusal('auth', { shell: foreign, user: { java: foreign } })).toBe(
      'The contract "auth" has more than one foreign procedure: "shell" and "user.java".',
    );
  });
});

describe('contractInfo', () => {
  const auth = defineContract('auth', { login: mutation(), user: { byId } });

  test('lists the procedures by path', () => {
    const { name, procedures } = contractInfo(auth);
    expect(name).toBe('auth');
    expect([...procedures.keys()]).toEqual(['login', 'user.byId']);
    expect(procedures.get('user.byId')).toBe(auth.user.byId);
  });

  test.each(['__proto__', 'constructor', 'toString', 'user', 'user.byId.path', ''])(
    "finds nothing under a peer's %j",
    (path) => {
      expect(contractInfo(auth).procedures.get(path)).toBeUndefined();
    },
  );

  test('refuses a part of a contract, a copy of one, and a plain record', () => {
    for (const other of [auth.user, { ...auth }, {}]) {
      expect(() => contractInfo(other)).toThrow('Not a contract');
    }
  });

  test('reads what another copy of the package wrote, through the global symbol', () => {
    const info = { name: 'other', procedures: new Map() };
    expect(contractInfo({ [Symbol.for('replyq.Contract')]: info })).toBe(info);
  });
});
