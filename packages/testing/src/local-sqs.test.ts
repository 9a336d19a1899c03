import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startLocalSqs, type LocalSqs } from './local-sqs.ts';

const started: LocalSqs[] = [];
const start = async (...args: Parameters<typeof startLocalSqs>): Promise<LocalSqs> => {
  const server = await startLocalSqs(...args);
  started.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

const call = async (
  server: LocalSqs,
  operation: string,
  input: object,
  signal: AbortSignal | null = null,
): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }> => {
  const response = await fetch(server.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      connection: 'close',
    },
    body: JSON.stringify(input),
    signal,
  });
  return {
    status: response.status,
    answer: (await response.json()) as Record<string, unknown>,
  };
};

const handles = (): string[] =>
  process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate/.test(kind));
/** Nothing is open, not even a timer. Waits by itself: `expect.poll` would count its own. */
const expectNoHandles = async (): Promise<void> => {
  for (let turn = 0; turn < 200 && handles().length > 0; turn++) await delay(20);
  expect(handles()).toEqual([]);
};

describe('startLocalSqs', () => {
  it('answers SQS requests, and counts them by operation', async () => {
    const server = await start();
    const made = await call(server, 'CreateQueue', { QueueName: 'q' });
    const queueUrl = made.answer['QueueUrl'];
    await call(server, 'SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
    const received = await call(server, 'ReceiveMessage', { QueueUrl: queueUrl });
    expect(received.answer['Messages']).toMatchObject([{ Body: 'hello' }]);
    expect(server.requestCounts()).toEqual({ CreateQueue: 1, SendMessage: 1, ReceiveMessage: 1 });
  });

  it.each([
    ['', {}],
    ['.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' }],
  ])('ends one of several long polls for one message (q%s)', async (suffix, Attributes) => {
    const server = await start();
    const made = await call(server, 'CreateQueue', { QueueName: `q${suffix}`, Attributes });
    const queueUrl = made.answer['QueueUrl'];
    const ended: unknown[] = [];
    const poll = async (): Promise<void> => {
      const input = { QueueUrl: queueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 2 };
      const { Messages } = (await call(server, 'ReceiveMessage', input)).answer;
      ended.push((Messages as { readonly Body: string }[]).map(({ Body }) => Body));
    };
    const polls = [poll(), poll(), poll()];
    await expect.poll(() => server.requestCounts()['ReceiveMessage']).toBe(3);
    const send = (...bodies: readonly string[]): Promise<unknown> => {
      const Entries = bodies.map((body) => ({
        Id: body,
        MessageBody: body,
        ...(suffix === '' ? {} : { MessageGroupId: body }),
      }));
      return call(server, 'SendMessageBatch', { QueueUrl: queueUrl, Entries });
    };
    await send('a');
    await expect.poll(() => ended).toEqual([['a']]);
    // More than it takes: the rest is the next one's.
    await send('b', 'c', 'd');
    await Promise.all(polls);
    expect(new Set(ended.slice(1).map(String))).toEqual(new Set(['b,c', 'd']));
  });

  it('passes by the long poll of a client that has gone', async () => {
    const server = await start();
    const made = await call(server, 'CreateQueue', { QueueName: 'q' });
    const queueUrl = made.answer['QueueUrl'];
    const gone = new AbortController();
    const input = { QueueUrl: queueUrl, WaitTimeSeconds: 5 };
    const given = call(server, 'ReceiveMessage', input, gone.signal);
    await expect.poll(() => server.requestCounts()['ReceiveMessage']).toBe(1);
    gone.abort();
    await expect(given).rejects.toThrow('abort');
    let received: unknown;
    void call(server, 'ReceiveMessage', input).then(({ answer }) => {
      received = answer['Messages'];
    });
    await expect.poll(() => server.requestCounts()['ReceiveMessage']).toBe(2);
    await call(server, 'SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
    // At once, and not when its time is up.
    await expect.poll(() => received).toMatchObject([{ Body: 'hello' }]);
  });

  it('lets polls wait for a message whose group is locked', async () => {
    const server = await start();
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const made = await call(server, 'CreateQueue', { QueueName: 'q.fifo', Attributes });
    const QueueUrl = made.answer['QueueUrl'];
    const send = (MessageBody: string): Promise<unknown> =>
      call(server, 'SendMessage', { QueueUrl, MessageBody, MessageGroupId: 'g' });
    const receive = (): ReturnType<typeof call> =>
      call(server, 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 5 });
    await send('a');
    const [first] = (await receive()).answer['Messages'] as { readonly ReceiptHandle: string }[];
    let second: unknown;
    void receive().then(({ answer }) => {
      second = answer['Messages'];
    });
    await expect.poll(() => server.requestCounts()['ReceiveMessage']).toBe(2);
    await send('b');
    await call(server, 'DeleteMessage', { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    await expect.poll(() => second).toMatchObject([{ Body: 'b' }]);
  });

  it('listens on the loopback address only', async () => {
    const server = await start();
    expect(new URL(server.endpoint).hostname).toBe('127.0.0.1');
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((entry) => entry?.family === 'IPv4' && !entry.internal);
    for (const entry of others) {
      const elsewhere = server.endpoint.replace('127.0.0.1', entry?.address ?? '');
      await expect(fetch(elsewhere)).rejects.toThrow('fetch failed');
    }
  });

  it('ends an open long poll when it closes, and leaves no handle', async () => {
    const server = await start();
    const { answer } = await call(server, 'CreateQueue', { QueueName: 'q' });
    const poll = call(server, 'ReceiveMessage', {
      QueueUrl: answer['QueueUrl'],
      WaitTimeSeconds: 20,
    }).catch(() => 'cut');
    await delay(50);
    const startedAt = performance.now();
    await Promise.all([server.close(), server.close()]);
    await poll;
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await expectNoHandles();
  });

  it('keeps queues and messages in dataDir over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'local-sqs-'));
    try {
      const first = await start({ dataDir });
      const { answer } = await call(first, 'CreateQueue', { QueueName: 'kept' });
      const queueUrl = answer['QueueUrl'];
      await call(first, 'SendMessage', { QueueUrl: queueUrl, MessageBody: 'hello' });
      await first.close();

      const second = await start({ dataDir });
      const received = await call(second, 'ReceiveMessage', { QueueUrl: queueUrl });
      expect(received.answer['Messages']).toMatchObject([{ Body: 'hello' }]);
      await second.close();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('rejects when the port is taken', async () => {
    const server = await start();
    const port = Number(new URL(server.endpoint).port);
    await expect(startLocalSqs({ port })).rejects.toThrow('EADDRINUSE');
  });

  it('says what to install when the emulator is not there', async () => {
    vi.doMock('fauxqs', () => {
      throw new Error('not there');
    });
    try {
      await expect(startLocalSqs()).rejects.toThrow(
        'the package fauxqs: install it, 2.4 or newer.',
      );
    } finally {
      vi.doUnmock('fauxqs');
    }
  });

  it('closes when it is disposed of', async () => {
    const server = await start();
    await server[Symbol.asyncDispose]();
    await expect(call(server, 'ListQueues', {})).rejects.toThrow('fetch failed');
  });

  it.each([-1, 65_536, 1.5, Number.NaN])('refuses port %s and quotes it', async (port) => {
    await expect(startLocalSqs({ port })).rejects.toThrow(
      `port is ${port}; it must be an integer from 0 to 65535`,
    );
  });
});
