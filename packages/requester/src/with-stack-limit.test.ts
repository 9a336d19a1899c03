import { afterEach, expect, test } from 'vitest';
import { withStackLimit } from './with-stack-limit.ts';

const limit = Error.stackTraceLimit;

afterEach(() => {
  Error.stackTraceLimit = limit;
});

test('an error made so has its message and no stack', () => {
  expect(withStackLimit(0, () => new Error('m')).stack).toBe('Error: m');
});

test('errors made afterwards have theirs as before', () => {
  Error.stackTraceLimit = 3;
  withStackLimit(0, () => new Error('m'));
  const failing = (): never => {
    throw new RangeError('broken');
  };
  expect(() => withStackLimit(0, failing)).toThrow('broken');
  expect(Error.stackTraceLimit).toBe(3);
  expect(new Error('m').stack).toContain('with-stack-limit.test.ts');
});

test('where Error is frozen the error is made all the same', () => {
  const descriptor = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!;
  Object.defineProperty(Error, 'stackTraceLimit', { ...descriptor, writable: false });
  try {
    expect(withStackLimit(0, () => new Error('m')).message).toBe('m');
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', descriptor);
  }
});

test('so many frames are recorded as were asked for', () => {
  const { stack } = withStackLimit(1, () => new Error('m'));
  expect(stack?.split('\n')).toEqual([
    'Error: m',
    expect.stringContaining('with-stack-limit.test'),
  ]);
});

test('a limit that is set within stays', () => {
  withStackLimit(0, () => (Error.stackTraceLimit = 77));
  expect(Error.stackTraceLimit).toBe(77);
});
