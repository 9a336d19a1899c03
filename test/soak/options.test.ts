import { expect, test } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

test('without options both transports share five minutes', () => {
  expect(parseOptions([])).toEqual({
    minutes: 5,
    transports: ['sqs', 'memory'],
    callsPerSecond: undefined,
    windowCalls: 20_000,
    json: false,
  });
});

test.each([
  ['--minutes 0', '--minutes is "0": expected 0.05 to 10080.'],
  ['--transport http', '--transport is "http": expected sqs, memory or both.'],
  ['--rate fast', '--rate is "fast": expected 1 to 1000000.'],
  ['--window 99', '--window is "99": expected 100 to 10000000.'],
])('%s is quoted with what is expected', (args, message) => {
  expect(() => parseOptions(args.split(' '))).toThrow(new UsageError(message));
});
