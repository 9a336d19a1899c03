import { afterEach, expect, test } from 'vitest';
import { withoutStack } from './without-stack.ts';

const limit = Error.stackTraceLimit;

afterEach(() => {
  Error.stackTraceLimit = limit;
});

test('an error made so has its message and no stack', () => {
  expect(withoutStack(() => new Error('m')).stack).toBe('Error: m');
});

test('errors made afterwards have theirs as before', () => {
  Error.stackTraceLimit = 3;
  withoutStack(() => new Error('m'));
  const failing = (): never => {
    throw new RangeError('broken');
  };
  expect(() => withoutStack(failing)).toThrow('broken');
  expect(Error.stackTraceLimit).toBe(3);
  expect(new Error('m').stack).toContain('without-stack.test.ts');
});

test('where Error is frozen the error is made all the same', () => {
  const descriptor = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!;
  Object.defineProperty(Error, 'stackTraceLimit', { ...descriptor, writable: false });
  try {
    expect(withoutStack(() => new Error('m')).message).toBe('m');
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', descriptor);
  }
});
