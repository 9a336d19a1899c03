import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLocalSqs, type LocalSqs } from './local-sqs.ts';

interface Message {
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

let dataDir: string;
let server: LocalSqs;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'local-sqs-'));
  server = await startLocalSqs({ dataDir });
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

async function restart(): Promise<void> {
  await server.close();
  server = await startLocalSqs({ dataDir });
}

async function call<Answer>(operation: string, input: object, cut?: AbortSignal): Promise<Answer> {
  const response = await fetch(server.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      connection: 'close',
    },
    body: JSON.stringify(input),
    ...(cut && { signal: cut }),
  });
  const text = await response.text();
  expect([operation, response.status, text]).toEqual([operation, 200, text]);
  return JSON.parse(text === '' ? '{}' : text) as Answer;
}

async function createQueue(name: string, attributes: object = {}): Promise<string> {
  const input = { QueueName: name, Attributes: attributes };
  return (await call<{ QueueUrl: string }>('CreateQueue', input)).QueueUrl;
}

async function receive(queueUrl: string): Promise<readonly Message[]> {
  const answer = await call<{ Messages?: readonly Message[] }>('ReceiveMessage', {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All'],
  });
  return answer.Messages ?? [];
}

async function giveBack(queueUrl: string, message: Message | undefined): Promise<void> {
  const { ReceiptHandle } = message ?? { ReceiptHandle: 'none' };
  await call('ChangeMessageVisibility', {
    QueueUrl: queueUrl,
    ReceiptHandle,
    VisibilityTimeout: 0,
  });
}

const counts = (messages: readonly Message[]): unknown[] =>
  messages.map(({ Attributes, Body }) => [Body, Attributes['ApproximateReceiveCount']]);

it('a message that is given back comes again, with its receive count', async () => {
  const queueUrl = await createQueue('q');
  await call('SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
  const [first] = await receive(queueUrl);
  await giveBack(queueUrl, first);
  const [second] = await receive(queueUrl);
  expect(counts([second!])).toEqual([['hello', '2']]);
  const since = 'ApproximateFirstReceiveTimestamp';
  expect(second?.Attributes[since]).toBe(first?.Attributes[since]);
});

it('a message of a FIFO queue that is given back comes again before the next of its group', async () => {
  const queueUrl = await createQueue('q.fifo', { FifoQueue: 'true' });
  for (const MessageBody of ['first', 'second']) {
    const input = { MessageBody, MessageGroupId: 'g', MessageDeduplicationId: MessageBody };
    await call('SendMessage', { QueueUrl: queueUrl, ...input });
  }
  await giveBack(queueUrl, (await receive(queueUrl))[0]);
  expect(counts(await receive(queueUrl))).toEqual([['first', '2']]);
});

it('a message that is given back outlives a restart, with its receive count', async () => {
  const queueUrl = await createQueue('q');
  await call('SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
  await giveBack(queueUrl, (await receive(queueUrl))[0]);
  await restart();
  const [second] = await receive(queueUrl);
  expect(counts([second!])).toEqual([['hello', '2']]);
  await giveBack(queueUrl, second);
  expect(counts(await receive(queueUrl))).toEqual([['hello', '3']]);
});

it('a message that is sent when its receiver has gone is not received for it', async () => {
  const queueUrl = await createQueue('q');
  const gone = new AbortController();
  const poll = { QueueUrl: queueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 20 };
  const polling = call('ReceiveMessage', poll, gone.signal).catch(() => 'cut');
  await expect.poll(() => server.requestCounts()['ReceiveMessage']).toBe(1);
  gone.abort();
  await polling;
  await call('SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
  await expect
    .poll(async () => counts(await receive(queueUrl)), { timeout: 5_000 })
    .toEqual([['hello', '1']]);
});

it('a poll that goes leaves the others of its queue waiting, and the message to one of them', async () => {
  const queueUrl = await createQueue('q');
  const gone = new AbortController();
  const poll = { QueueUrl: queueUrl, WaitTimeSeconds: 20, MessageSystemAttributeNames: ['All'] };
  const polling = call('ReceiveMessage', poll, gone.signal).catch(() => 'cut');
  const waiting = call<{ Messages: readonly Message[] }>('ReceiveMessage', poll);
  await expect.poll(() => server.requestCounts()['ReceiveMessage']).toBe(2);
  gone.abort();
  await polling;
  await call('SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
  expect(counts((await waiting).Messages)).toEqual([['hello', '1']]);
});

it('a message that was in flight over a restart can be given back', async () => {
  const queueUrl = await createQueue('q');
  await call('SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
  const [first] = await receive(queueUrl);
  await restart();
  expect(await receive(queueUrl)).toEqual([]);
  await giveBack(queueUrl, first);
  expect(counts(await receive(queueUrl))).toEqual([['hello', '2']]);
});
