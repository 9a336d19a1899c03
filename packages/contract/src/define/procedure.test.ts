import { type } from 'arktype';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { isProcedure, mutation, query, subscription, task } from './procedure.ts';
import { DEFAULT_TASK } from './task-settings.ts';

test('a procedure without options takes nothing, returns nothing and declares nothing', () => {
  const ping = query();
  expect(ping).toMatchObject({ type: 'query', input: undefined, output: undefined });
  expect(Object.keys(ping.errors)).toEqual([]);
  expect(ping.settings).toEqual({
    timeoutMs: undefined,
    idempotent: true,
    pack: true,
    foreign: undefined,
  });
});

test('only a query is idempotent unless it says so', () => {
  expect(mutation().settings.idempotent).toBe(false);
  expect(subscription().settings.idempotent).toBe(false);
  expect(mutation({ idempotent: true }).settings.idempotent).toBe(true);
  expect(query({ idempotent: false }).settings.idempotent).toBe(false);
});

test('the settings that were given are kept', () => {
  const { settings } = mutation({ timeoutMs: 5, pack: false, foreign: 'json' });
  expect(settings).toEqual({ timeoutMs: 5, idempotent: false, pack: false, foreign: 'json' });
});

test.each([1, 20_000, 2 ** 31 - 1])('timeoutMs %d is taken', (timeoutMs) => {
  expect(query({ timeoutMs }).settings.timeoutMs).toBe(timeoutMs);
});

test.each([0, -1, 1.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY, '5'])(
  'timeoutMs %s is refused and quoted with its bounds',
  (timeoutMs) => {
    expect(() => query({ timeoutMs: timeoutMs as number })).toThrow(
      `timeoutMs is ${timeoutMs}: expected an integer from 1 to 2147483647.`,
    );
  },
);

test('a foreign message is text or JSON, and never starts a subscription', () => {
  expect(() => query({ foreign: 'xml' as 'text' })).toThrow('foreign is "xml"');
  expect(() => subscription({ foreign: 'text' })).toThrow('A subscription cannot be `foreign`');
});

test.each([
  ['zod', z.string()],
  ['valibot', v.string()],
  ['arktype', type('string')],
])('a %s schema is kept as it is', (_, schema) => {
  const procedure = query({ input: schema, output: schema, errors: { locked: schema } });
  expect(procedure.input).toBe(schema);
  expect(procedure.output).toBe(schema);
  expect(procedure.errors.locked).toBe(schema);
});

test.each(['string', 5, null, {}, { '~standard': {} }, { '~standard': null }])(
  '%j is refused as a schema',
  (schema) => {
    expect(() => query({ input: schema as never })).toThrow('`input` is not a Standard Schema');
    expect(() => query({ output: schema as never })).toThrow('`output` is not a Standard Schema');
    expect(() => query({ errors: { locked: schema as never } })).toThrow('The error "locked"');
  },
);

test('declared errors are looked up without a prototype', () => {
  const { errors } = query({ errors: { gone: true } });
  expect(errors.gone).toBe(true);
  expect('constructor' in errors).toBe(false);
  expect(Object.isFrozen(errors)).toBe(true);
});

test('a procedure of another copy of the package is one, a record with the same fields is not', () => {
  expect(isProcedure({ [Symbol.for('replyq.Procedure')]: true })).toBe(true);
  expect(isProcedure({ type: 'query', input: undefined })).toBe(false);
  expect(isProcedure(null)).toBe(false);
});

test('a task is a mutation that says how it is tried', () => {
  const send = task({ input: z.string(), timeoutMs: 5, attempts: 3 });
  expect(send).toMatchObject({ type: 'mutation', settings: { timeoutMs: 5, idempotent: false } });
  expect(send.settings.task).toEqual({
    attempts: 3,
    backoff: { initialMs: 1000, maxMs: 900_000 },
    delayMs: 0,
  });
  expect(mutation().settings.task).toBeUndefined();
  expect(task().settings.task).toEqual(DEFAULT_TASK);
});

test.each([
  [{ attempts: 0 }, 'attempts is 0: expected an integer from 1 to 1000.'],
  [{ attempts: 1.5 }, 'attempts is 1.5: expected'],
  [{ attempts: 1001 }, 'attempts is 1001: expected'],
  [
    { backoff: { initialMs: -1 } },
    'backoff.initialMs is -1: expected an integer from 0 to 900000.',
  ],
  [{ backoff: { maxMs: 900_001 } }, 'backoff.maxMs is 900001: expected an integer from 0'],
  [{ backoff: { initialMs: 5000, maxMs: 10 } }, 'backoff.maxMs is 10: expected at least backoff'],
  [{ delayMs: -1 }, 'delayMs is -1: expected an integer from 0 to 315360000000.'],
  [{ delayMs: Number.NaN }, 'delayMs is NaN: expected'],
  [{ timeoutMs: 0 }, 'timeoutMs is 0: expected an integer'],
])('a task with %j is refused', (options, message) => {
  expect(() => task(options)).toThrow(message);
});
