import { expect, test } from 'vitest';
import {
  isQueueName,
  parseQueueArn,
  parseQueueUrl,
  queueNameOf,
  siblingQueueUrl,
} from './queue-name.ts';

test.each(['a', 'A-z_9', 'x'.repeat(80), `${'x'.repeat(75)}.fifo`])(
  '%s is a queue name',
  (name) => {
    expect(isQueueName(name)).toBe(true);
  },
);

test.each(['', 'a.b', 'a/b', 'a b', 'ä', 'x'.repeat(81), `${'x'.repeat(76)}.fifo`, '.fifo', 'a\n'])(
  '%j is no queue name',
  (name) => {
    expect(isQueueName(name)).toBe(false);
  },
);

test('an ARN names region, account and queue, in every partition', () => {
  expect(parseQueueArn('arn:aws-cn:sqs:cn-north-1:123456789012:orders.fifo')).toEqual({
    region: 'cn-north-1',
    account: '123456789012',
    name: 'orders.fifo',
  });
  for (const arn of [
    'arn:aws:sns:eu-west-1:123456789012:t',
    'arn:aws:sqs:eu-west-1:12:q',
    'orders',
  ]) {
    expect(parseQueueArn(arn)).toBeUndefined();
  }
});

test.each([
  ['https://sqs.eu-west-1.amazonaws.com/123456789012/orders'],
  ['http://sqs.us-east-1.localhost:4566/123456789012/orders'],
  ['http://localhost:4566/queue/eu-west-1/123456789012/orders'],
])('%s names account and queue by its last two segments', (url) => {
  expect(parseQueueUrl(url)).toEqual({ account: '123456789012', name: 'orders' });
  expect(queueNameOf(url)).toBe('orders');
  expect(siblingQueueUrl(url, '210987654321', 'other')).toBe(
    url.replace('123456789012/orders', '210987654321/other'),
  );
});

test('what is no queue URL has no parts and shows itself', () => {
  expect(parseQueueUrl('orders')).toBeUndefined();
  expect(parseQueueUrl('https://example.com/orders')).toBeUndefined();
  expect(queueNameOf('orders')).toBe('orders');
});
