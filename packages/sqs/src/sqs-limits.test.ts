import { expect, it } from 'vitest';
import { resolveSqsLimits } from './sqs-limits.ts';

it('takes Amazon’s limits by default', () => {
  expect(resolveSqsLimits()).toEqual({
    maxBatchEntries: 10,
    maxMessageBytes: 1_048_576,
    maxBatchBytes: 1_048_576,
    maxWaitMs: 20_000,
  });
});

it.each([1_024, 262_144, 1_048_576])('takes %i bytes, for the message and the batch', (bytes) => {
  expect(resolveSqsLimits({ maxMessageBytes: bytes })).toMatchObject({
    maxMessageBytes: bytes,
    maxBatchBytes: bytes,
  });
});

it.each([1_023, 1_048_577, 2_000.5, Number.NaN])('refuses %d bytes and quotes it', (bytes) => {
  expect(() => resolveSqsLimits({ maxMessageBytes: bytes })).toThrow(
    `limits.maxMessageBytes is ${bytes}; it must be an integer from 1024 to 1048576`,
  );
});
