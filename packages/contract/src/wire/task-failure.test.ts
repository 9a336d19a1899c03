import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSqsText } from './sqs-text.ts';
import { formatTaskFailure, readTaskFailure, type TaskFailure } from './task-failure.ts';

const failure: TaskFailure = {
  queue: 'mail',
  code: 'INTERNAL_SERVER_ERROR',
  message: 'The server said 550.',
  attempts: 5,
  at: 1_795_288_080_167,
};

test('is read as it was written, whatever its texts hold', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  const any = fc.record({ queue: text, code: text, message: text });
  fc.assert(
    fc.property(any, (texts) => {
      const written = formatTaskFailure({ ...failure, ...texts });
      expect(isSqsText(written)).toBe(true);
      expect(readTaskFailure(written)).toEqual({ ...failure, ...texts });
    }),
  );
});

test('long texts are cut', () => {
  const long = 'x'.repeat(5000);
  const read = readTaskFailure(
    formatTaskFailure({ ...failure, queue: long, code: long, message: long }),
  );
  expect([read?.queue, read?.code, read?.message].map((text) => text?.length)).toEqual([
    200, 100, 1000,
  ]);
});

test.each([
  '',
  'no JSON',
  '[]',
  'null',
  '{}',
  JSON.stringify({ ...failure, attempts: -1 }),
  JSON.stringify({ ...failure, attempts: 1.5 }),
  JSON.stringify({ ...failure, at: 'now' }),
  JSON.stringify({ ...failure, code: 5 }),
  JSON.stringify({ ...failure, message: 'x'.repeat(1001) }),
  `{"__proto__":{"queue":"x"}}`,
  'x'.repeat(100_000),
])('what somebody else wrote is none: %.40s', (text) => {
  expect(readTaskFailure(text)).toBeUndefined();
});
