import { expect, it } from 'vitest';
import { decodeQueueAttributes, encodeQueueAttributes } from './queue-attributes.ts';

const QueueArn = 'arn:aws:sqs:us-east-1:000000000000:q';

it('writes milliseconds as whole seconds, rounded up', () => {
  const encoded = encodeQueueAttributes({ visibilityMs: 1, retentionMs: 60_001, delayMs: 2_000 });
  expect(encoded).toEqual({
    VisibilityTimeout: '1',
    MessageRetentionPeriod: '61',
    DelaySeconds: '2',
  });
});

it('leaves out fifo: false, which SQS refuses, and all that cannot be set', () => {
  const encoded = encodeQueueAttributes({
    fifo: false,
    contentBasedDeduplication: false,
    arn: QueueArn,
    visibleCount: 1,
    createdAtMs: 1,
  });
  expect(encoded).toEqual({});
});

it('passes extra attributes through, and lets the named ones win', () => {
  const extra = { SqsManagedSseEnabled: 'true', VisibilityTimeout: '99' };
  expect(encodeQueueAttributes({ visibilityMs: 5_000, extra })).toEqual({
    SqsManagedSseEnabled: 'true',
    VisibilityTimeout: '5',
  });
});

it('reads what it writes', () => {
  const attributes = {
    visibilityMs: 5_000,
    retentionMs: 300_000,
    delayMs: 1_000,
    maxMessageBytes: 2_048,
    fifo: true,
    contentBasedDeduplication: true,
    redrive: { deadLetterArn: `${QueueArn}-dlq`, maxReceiveCount: 3 },
    extra: { FifoThroughputLimit: 'perMessageGroupId' },
  };
  const decoded = decodeQueueAttributes({ ...encodeQueueAttributes(attributes), QueueArn });
  expect(decoded).toMatchObject(attributes);
});

it('takes SQS defaults for what the answer leaves out or garbles', () => {
  const answer = { QueueArn, DelaySeconds: 'NaN', ApproximateNumberOfMessages: '-1' };
  expect(decodeQueueAttributes(answer)).toEqual({
    arn: QueueArn,
    visibilityMs: 30_000,
    retentionMs: 345_600_000,
    delayMs: 0,
    maxMessageBytes: 1_048_576,
    fifo: false,
    contentBasedDeduplication: false,
    visibleCount: 0,
    inFlightCount: 0,
    delayedCount: 0,
    createdAtMs: 0,
  });
});

it('reads a maxReceiveCount that was set as a text', () => {
  const RedrivePolicy = '{"deadLetterTargetArn":"arn","maxReceiveCount":"7"}';
  expect(decodeQueueAttributes({ QueueArn, RedrivePolicy })?.redrive?.maxReceiveCount).toBe(7);
});

it.each(['', 'null', '[]', '{"maxReceiveCount":3}', '{"deadLetterTargetArn":"arn"}'])(
  'reads no redrive out of %j',
  (RedrivePolicy) => {
    expect(decodeQueueAttributes({ QueueArn, RedrivePolicy })?.redrive).toBeUndefined();
  },
);

it('takes no answer without an ARN', () => {
  expect(decodeQueueAttributes({})).toBeUndefined();
});
