import { expect, it } from 'vitest';
import { resolveMemoryQueueServiceOptions } from './memory-queue-service-options.ts';

it("has SQS's limits by default", () => {
  const { limits, inFlightLimit, createdVisibleAfterMs } = resolveMemoryQueueServiceOptions();
  expect(limits).toEqual({
    maxBatchEntries: 10,
    maxMessageBytes: 1_048_576,
    maxBatchBytes: 1_048_576,
    maxWaitMs: 20_000,
  });
  expect(inFlightLimit).toBe(120_000);
  expect(createdVisibleAfterMs).toBe(1_000);
});

it.each([
  [{ account: '12' }, 'account must match'],
  [{ region: 'EU' }, 'region must match'],
  [{ baseUrl: 'nowhere' }, 'baseUrl must be a URL, not "nowhere"'],
  [{ inFlightLimit: 0 }, 'inFlightLimit must be from 1 to Infinity, not 0'],
  [{ createdVisibleAfterMs: -1 }, 'createdVisibleAfterMs must be from 0'],
  [{ deletedLingersMs: 60_001 }, 'deletedLingersMs must be from 0 to 60000, not 60001'],
  [{ disorder: Number.NaN }, 'disorder must be from 0 to Infinity, not NaN'],
  [{ limits: { maxBatchEntries: 0 } }, 'limits.maxBatchEntries must be from 1'],
])('quotes the value that it refuses: %j', (options, message) => {
  expect(() => resolveMemoryQueueServiceOptions(options)).toThrow(RangeError);
  expect(() => resolveMemoryQueueServiceOptions(options)).toThrow(message);
});
