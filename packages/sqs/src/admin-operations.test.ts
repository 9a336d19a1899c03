import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { QueueService } from '@replyq/queue';
import { afterEach, describe, expect, it } from 'vitest';
import { adapters } from './testing/adapters.ts';

const queueUrl = 'http://127.0.0.1:9/000000000000/q';
const sourceArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Seen {
  readonly operation: string;
  readonly input: unknown;
}

/** A service whose endpoint answers each request with the next of `answers`. */
async function open(
  create: (typeof adapters)[number][1],
  ...answers: readonly object[]
): Promise<{ readonly service: QueueService; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const target = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
      const answer = answers[seen.push({ operation: target, input: JSON.parse(body) }) - 1];
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const service = create({ clientConfig: { region: 'us-east-1', credentials, endpoint } });
  closers.push(() => service.close());
  return { service, seen };
}

describe.each(adapters)('%s', (_, create) => {
  it('changes attributes in seconds, and turns deduplication by content off', async () => {
    const { seen, service } = await open(create);
    const attributes = {
      visibilityMs: 1500,
      retentionMs: 3_600_000,
      contentBasedDeduplication: false,
      redrive: { deadLetterArn: sourceArn, maxReceiveCount: 7 },
      extra: { SqsManagedSseEnabled: 'true' },
    };
    expect((await service.setQueueAttributes({ queueUrl, attributes })).kind).toBe('ok');
    expect(seen).toEqual([
      {
        operation: 'SetQueueAttributes',
        input: {
          QueueUrl: queueUrl,
          Attributes: {
            VisibilityTimeout: '2',
            MessageRetentionPeriod: '3600',
            ContentBasedDeduplication: 'false',
            RedrivePolicy: `{"deadLetterTargetArn":"${sourceArn}","maxReceiveCount":7}`,
            SqsManagedSseEnabled: 'true',
          },
        },
      },
    ]);
  });

  it('lists the sources of a dead-letter queue over all pages, in name order', async () => {
    const url = (name: string): string => `http://127.0.0.1:9/000000000000/${name}`;
    const first = { queueUrls: [url('b')], NextToken: 't' };
    const { seen, service } = await open(create, first, { queueUrls: [url('a')] });
    const listed = await service.listDeadLetterSourceQueues({ queueUrl });
    expect(listed).toMatchObject({ kind: 'ok', queueUrls: [url('a'), url('b')] });
    expect(seen.map(({ input }) => input)).toMatchObject([
      { MaxResults: 1000 },
      { NextToken: 't' },
    ]);
  });

  it('starts a move at a whole rate that SQS takes, and reads what it tells of tasks', async () => {
    const running = {
      TaskHandle: 'h',
      Status: 'RUNNING',
      ApproximateNumberOfMessagesMoved: 3,
      ApproximateNumberOfMessagesToMove: 9,
      StartedTimestamp: 1,
    };
    const failed = { Status: 'FAILED', FailureReason: 'AccessDenied' };
    const { seen, service } = await open(
      create,
      { TaskHandle: 'h' },
      { Results: [running, failed] },
      {},
      {},
    );
    const started = await service.startMessageMoveTask?.({ sourceArn, maxPerSecond: 900.5 });
    expect(started).toMatchObject({ kind: 'ok', taskHandle: 'h' });
    expect(seen[0]?.input).toEqual({ SourceArn: sourceArn, MaxNumberOfMessagesPerSecond: 500 });
    expect(await service.listMessageMoveTasks?.({ sourceArn })).toMatchObject({
      tasks: [
        { taskHandle: 'h', status: 'RUNNING', movedCount: 3, toMoveCount: 9 },
        { status: 'FAILED', movedCount: 0, failureReason: 'AccessDenied' },
      ],
    });
    expect(await service.startMessageMoveTask?.({ sourceArn })).toMatchObject({ kind: 'unknown' });
    expect(await service.listMessageMoveTasks?.({ sourceArn })).toMatchObject({ tasks: [] });
  });

  it('purges', async () => {
    const { seen, service } = await open(create);
    expect((await service.purgeQueue({ queueUrl })).kind).toBe('ok');
    expect(seen).toEqual([{ operation: 'PurgeQueue', input: { QueueUrl: queueUrl } }]);
  });
});
