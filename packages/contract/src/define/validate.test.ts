import { type } from 'arktype';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { formatIssues } from './issues.ts';
import type { Schema } from './schema.ts';
import { validate } from './validate.ts';

const schemas: [string, Schema<string, number>][] = [
  ['zod', z.string().regex(/^\d+$/).transform(Number)],
  ['valibot', v.pipe(v.string(), v.digits(), v.transform(Number))],
  ['arktype', type('string.integer.parse')],
];

test.each(schemas)('a synchronous %s schema answers at once with what it made', (_, schema) => {
  expect(validate(schema, '12')).toEqual({ value: 12 });
});

test.each(schemas)('a %s schema that refuses gives its issues and no value', (_, schema) => {
  const result = validate(schema, 'x');
  expect('value' in result).toBe(false);
  expect(result).toHaveProperty('issues.0.message', expect.any(String));
});

test('an asynchronous schema answers with a promise', async () => {
  const schema = z.string().refine(async (text) => text === 'a');
  const good = validate(schema, 'a');
  expect(good).toBeInstanceOf(Promise);
  expect(await good).toEqual({ value: 'a' });
  expect(await validate(schema, 'b')).toMatchObject({ issues: [expect.anything()] });
});

test('an output of undefined is a value', () => {
  expect(validate(z.undefined(), undefined)).toEqual({ value: undefined });
});

function fail(): boolean {
  throw new Error('no database');
}

test('what the schema throws is thrown on', async () => {
  expect(() => validate(v.pipe(v.string(), v.check(fail)), 'a')).toThrow('no database');
  const later = v.pipeAsync(
    v.string(),
    v.checkAsync(async () => fail()),
  );
  await expect(validate(later, 'a')).rejects.toThrow('no database');
});

test('issues are shown with their paths, the first five of them', () => {
  const issues = Array.from({ length: 7 }, (_, index) => ({
    message: 'Required',
    path: ['users', { key: index }],
  }));
  expect(formatIssues([{ message: 'Bad' }])).toBe('Bad');
  expect(formatIssues(issues.slice(0, 2))).toBe('users.0: Required; users.1: Required');
  expect(formatIssues(issues.slice(0, 5))).not.toContain('more');
  expect(formatIssues(issues)).toMatch(/users\.4: Required; and 2 more$/);
});
