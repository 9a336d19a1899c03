import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { SdkSha256 } from './sdk-sha256.ts';
import { createSqsClients } from './sqs-clients.ts';

const CONFIG: SQSClientConfig = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  requestHandler: {
    handle: () =>
      Promise.resolve({
        response: { statusCode: 200, headers: {}, body: new TextEncoder().encode('{}') },
      }),
  },
};

const logs = ({ sdk }: ReturnType<typeof createSqsClients>['calls']): boolean =>
  sdk.middlewareStack.identify().some((name) => name.includes('loggerMiddleware'));

test('both spare their requests what replyq has no use for', () => {
  const { calls, polls } = createSqsClients(CONFIG);
  for (const { sdk } of [calls, polls]) {
    expect(sdk.middlewareStack.identify()).toContain('replyqWriter - serialize');
    expect(sdk.config.sha256).toBe(SdkSha256);
  }
});

test('nothing is made for a logger that is not there', async () => {
  const { calls, polls } = createSqsClients(CONFIG);
  expect([logs(calls), logs(polls)]).toEqual([false, false]);
  await calls.sdk.send(new ListQueuesCommand());
});

test('a logger of the user’s is told of each request', async () => {
  const told: unknown[] = [];
  const ignore = (): void => {};
  const logger = {
    trace: ignore,
    debug: ignore,
    info: (entry: unknown): void => void told.push(entry),
    warn: ignore,
    error: ignore,
  };
  const { calls, polls } = createSqsClients({ ...CONFIG, logger });
  expect([logs(calls), logs(polls)]).toEqual([true, true]);
  await calls.sdk.send(new ListQueuesCommand());
  expect(told).toMatchObject([{ commandName: 'ListQueuesCommand' }]);
});
