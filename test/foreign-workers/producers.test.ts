// Tasks of the producers in docs/workers-in-other-languages.md run in a replyq worker.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { decodeRequest, readMessage, type MessageAttributes } from '@replyq/contract/wire';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { deadLetters, ensureQueues } from '@replyq/tasks';
import { describe, expect, it } from 'vitest';
import { mail } from './mail-contract.ts';
import { startProgram } from './program.ts';
import { NONE, openStage, type Stage } from './stage.ts';
import { missing } from './tools.ts';

const ANN = 'ann@example.org';
const HELLO = { from: 'shop@example.org', to: ANN, subject: 'Hello' };
const PATIENCE = { timeout: 50_000 };
const TIMEOUT_MS = 60_000;

interface Run {
  readonly input: unknown;
  readonly task: string | undefined;
  readonly attempt: number | undefined;
}

/** A replyq worker, and what it has run. */
async function startWorker({ transport }: Stage) {
  const runs: Run[] = [];
  const worker = createResponder({
    transport,
    contract: mail,
    handlers: {
      send_email: ({ call, input }) => {
        runs.push({ input, task: call.taskId, attempt: call.attempt });
      },
    },
  });
  await worker.start();
  return { runs, [Symbol.asyncDispose]: () => worker.close() };
}

describe('a message without anything of replyq', { timeout: TIMEOUT_MS }, () => {
  const leftOut = missing('what produce.sh sends', ['bash', 'jq', 'the aws command line']);

  it.skipIf(leftOut)('is a task of the procedure that is declared for such', async () => {
    await using stage = await openStage();
    await using worker = await startWorker(stage);
    expect(await stage.start('produce.sh', [ANN]).ended).toBe(0);
    const input = { ...HELLO, body: 'From a script.' };
    await expect.poll(() => worker.runs, PATIENCE).toEqual([{ input, attempt: 1 }]);
    await expect.poll(() => stage.counts('mail'), PATIENCE).toEqual(NONE);
  });

  it('goes to the dead letters where it is not JSON, or not what the procedure takes', async () => {
    await using stage = await openStage();
    await using worker = await startWorker(stage);
    await stage.put({ body: 'hello', attributes: {} }, { body: '{"to":5}', attributes: {} });
    const letters = deadLetters(stage.transport, 'mail');
    await expect.poll(() => stage.counts('mail-dlq'), PATIENCE).toEqual({ ...NONE, visible: 2 });
    const failure = { queue: 'mail', code: 'BAD_REQUEST', attempts: 1 };
    const dead = await letters.peek();
    expect(dead.map(({ body }) => body).toSorted()).toEqual(['hello', '{"to":5}']);
    expect(dead).toMatchObject([
      { kind: 'foreign', failure },
      { kind: 'foreign', failure },
    ]);
    expect(worker.runs).toEqual([]);
    expect(await stage.counts('mail')).toEqual(NONE);
  });
});

describe('a task that Python has written', { timeout: TIMEOUT_MS }, () => {
  const leftOut = missing('what produce.py sends', ['python3 with boto3']);

  it.skipIf(leftOut)('runs under its own id, after its delay', async () => {
    await using stage = await openStage();
    const producer = stage.start('produce.py', [ANN, '--delay-ms', '1500']);
    expect(await producer.ended).toBe(0);
    expect(await stage.counts('mail')).toEqual({ ...NONE, delayed: 1 });
    await using worker = await startWorker(stage);
    const [task] = producer.lines;
    const input = { ...HELLO, body: 'From Python.' };
    await expect.poll(() => worker.runs, PATIENCE).toEqual([{ input, task, attempt: 1 }]);
    await expect.poll(() => stage.counts('mail'), PATIENCE).toEqual(NONE);
  });

  it.skipIf(leftOut)('is one with those of replyq that have its deduplication id', async () => {
    await using stage = await openStage();
    await using worker = await startWorker(stage);
    const deduplicationId = 'welcome-7';
    const requester = createRequester({ transport: stage.transport });
    const input = { ...HELLO, body: 'From replyq.' };
    await requester.tasks(mail).send_email.enqueue(input, { deduplicationId });
    await expect.poll(() => worker.runs, PATIENCE).toMatchObject([{ input }]);
    await stage.start('produce.py', [ANN, '--deduplication-id', deduplicationId]).ended;
    await expect.poll(() => stage.counts('mail'), PATIENCE).toEqual(NONE);
    expect(worker.runs).toHaveLength(1);

    await ensureQueues(stage.transport, [{ queue: 'mail.fifo', contract: mail }]);
    const inOrder = requester.tasks(mail, { queue: 'mail.fifo' }).send_email;
    const env = { QUEUE_URL: await stage.urlOf('mail.fifo') };
    await inOrder.enqueue(input, { deduplicationId });
    await stage.start('produce.py', [ANN, '--deduplication-id', deduplicationId], env).ended;
    expect(await stage.counts('mail.fifo')).toEqual({ ...NONE, visible: 1 });
    await stage.start('produce.py', [ANN, '--deduplication-id', 'welcome-8'], env).ended;
    expect(await stage.counts('mail.fifo')).toEqual({ ...NONE, visible: 2 });
    await requester.close();
  });

  it.skipIf(leftOut)('says when it is due where SQS cannot hold it back so long', async () => {
    const before = Date.now();
    const sent = await capture(['ann@example.org', '--delay-ms', '3600000']);
    expect(sent.DelaySeconds).toBe(900);
    const entries = Object.entries(sent.MessageAttributes).map(
      ([name, { DataType: type, StringValue: value }]) => [name, { type, value }] as const,
    );
    const attributes: MessageAttributes = Object.fromEntries(entries);
    const [frame] = readMessage({ body: sent.MessageBody, attributes });
    const request = frame && decodeRequest(frame);
    if (request?.kind !== 'request') throw new Error(JSON.stringify(request));
    const { at, due = 0, task, ...rest } = request.header;
    expect(rest).toEqual({ v: 1, type: 'mutation', contract: 'mail', content: 'json' });
    expect(at).toBeGreaterThanOrEqual(before);
    expect(due - at).toBe(3_600_000);
    expect(task).toMatch(/^[\w-]{22}$/);
  });
});

interface SentMessage {
  readonly MessageBody: string;
  readonly DelaySeconds: number;
  readonly MessageAttributes: Readonly<Record<string, { DataType: string; StringValue: string }>>;
}

/** What produce.py asks SQS for. */
async function capture(args: readonly string[]): Promise<SentMessage> {
  let sent: SentMessage | undefined;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      sent = JSON.parse(body) as SentMessage;
      response.setHeader('content-type', 'application/x-amz-json-1.0').end('{"MessageId":"m-1"}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using program = startProgram('produce.py', args, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    QUEUE_URL: `${endpoint}/000000000000/mail`,
  });
  await program.ended;
  server.closeAllConnections();
  server.close();
  if (sent === undefined) throw new Error('It has sent nothing.');
  return sent;
}
