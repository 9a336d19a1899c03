import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { systemRuntime } from '@replyq/contract/transport';
import type { QueueService } from '@replyq/queue';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLeanSqsService, type LeanSqsServiceOptions } from './lean-service.ts';

const QUEUE = 'http://127.0.0.1:9/000000000000/q';
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const poll = { queueUrl: QUEUE, maxMessages: 10, waitMs: 20_000, visibilityMs: 5_000 };
const send = { queueUrl: QUEUE, entries: [{ body: 'hello', attributes: {} }] };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  vi.unstubAllEnvs();
});

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Answer = (response: ServerResponse, turn: number) => void;

async function listen(
  answer: Answer,
  make: (listener: (request: IncomingMessage, response: ServerResponse) => void) => Server = (
    listener,
  ) => createServer(listener),
): Promise<{ readonly port: number; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = make((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => answer(response, seen.push({ headers: request.headers, body })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => void server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers);
    response.end(JSON.stringify(body));
  };

function open(
  port: number,
  clientConfig: SQSClientConfig = {},
  options: LeanSqsServiceOptions = {},
): QueueService {
  const service = createLeanSqsService({
    ...options,
    clientConfig: {
      region: 'us-east-1',
      credentials,
      endpoint: `http://127.0.0.1:${port}`,
      ...clientConfig,
    },
  });
  closers.push(() => service.close());
  return service;
}

describe('a request', () => {
  it('is signed for what arrives, with a session token', async () => {
    const temporary = { ...credentials, sessionToken: 'token' };
    const { port, seen } = await listen(json(200, { Tags: {} }));
    await open(port, { credentials: temporary }).listQueueTags({ queueUrl: QUEUE });
    const [{ headers, body } = { headers: {}, body: '' }] = seen;
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.ListQueueTags',
      'x-amz-security-token': 'token',
      'x-amzn-query-mode': 'true',
      connection: 'keep-alive',
      host: `127.0.0.1:${port}`,
    });
    const names = ['content-type', 'host', 'x-amz-target', 'x-amzn-query-mode'] as const;
    const { sha256 } = new SQSClient({ region: 'us-east-1', credentials }).config;
    const signed = await new SignatureV4({
      credentials: temporary,
      region: 'us-east-1',
      service: 'sqs',
      sha256,
      applyChecksum: false,
    }).sign(
      {
        method: 'POST',
        protocol: 'http:',
        hostname: 'x',
        path: '/',
        body,
        headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
      },
      { signingDate: new Date(dateOf(headers)) },
    );
    expect(headers.authorization).toBe(signed.headers['authorization']);
  });

  it('carries bytes as base64', async () => {
    const { port, seen } = await listen(json(200, {}));
    const attributes = {
      bytes: { type: 'Binary', value: new Uint8Array([0, 1, 2, 255]).subarray(1) },
      text: { type: 'String', value: 'ä' },
    };
    const entries = [{ body: 'x', attributes }, ...send.entries];
    await open(port).sendBatch({ queueUrl: QUEUE, entries });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      QueueUrl: QUEUE,
      Entries: [
        {
          Id: '0',
          MessageBody: 'x',
          MessageAttributes: {
            bytes: { DataType: 'Binary', BinaryValue: 'AQL/' },
            text: { DataType: 'String', StringValue: 'ä' },
          },
        },
        { Id: '1', MessageBody: 'hello' },
      ],
    });
  });

  it.each([
    ['in Lambda names its invocation’s trace', 'f', 'Root=1-x'],
    ['elsewhere names none', '', undefined],
  ])('%s', async (_what, functionName, trace) => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', functionName);
    const { port, seen } = await listen(json(200, {}));
    const service = open(port);
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-x');
    await service.receive(poll);
    expect(seen[0]?.headers['x-amzn-trace-id']).toBe(trace);
  });

  it('goes through TLS', async () => {
    // A key known to both sides needs no certificate.
    const psk = { identity: 'test', psk: Buffer.alloc(32, 7) };
    const tls = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;
    const { port, seen } = await listen(json(200, { Tags: { a: '1' } }), (listener) =>
      createTlsServer({ ...tls, pskCallback: () => psk.psk }, listener),
    );
    const httpsAgent = { ...tls, pskCallback: () => psk, checkServerIdentity: () => undefined };
    const endpoint = `https://127.0.0.1:${port}`;
    const service = open(port, { endpoint, requestHandler: { httpsAgent } });
    for (let turn = 0; turn < 2; turn++) {
      const tags = await service.listQueueTags({ queueUrl: QUEUE });
      expect(tags).toMatchObject({ kind: 'ok', tags: { a: '1' } });
    }
    expect(seen).toHaveLength(2);
  });
});

describe('a refusal', () => {
  const skewed = { __type: 'com.amazon.coral.service#InvalidSignatureException' };

  it('with another time moves the clock for the next request', async () => {
    const serviceMs = Date.now() + 3_600_000;
    const { port, seen } = await listen(
      json(400, skewed, { date: new Date(serviceMs).toUTCString() }),
    );
    const service = open(port);
    for (let turn = 0; turn < 2; turn++) {
      expect(await service.receive(poll)).toMatchObject({ kind: 'credentials' });
    }
    const [first = 0, second = 0] = seen.map(({ headers }) => dateOf(headers));
    expect(Math.abs(first - Date.now())).toBeLessThan(60_000);
    expect(Math.abs(second - serviceMs)).toBeLessThan(60_000);
  });

  it('is signed by the runtime’s clock', async () => {
    const { port, seen } = await listen(json(200, {}));
    const runtime = { ...systemRuntime, nowMs: () => Date.UTC(2030, 0, 1) };
    await open(port, {}, { runtime }).receive(poll);
    expect(dateOf(seen[0]?.headers ?? {})).toBe(Date.UTC(2030, 0, 1));
  });

  it('of a token that expired asks for another', async () => {
    const { port, seen } = await listen((response, turn) =>
      json(turn === 1 ? 403 : 200, { __type: 'com.amazonaws.sqs#ExpiredToken' })(response, turn),
    );
    let tokens = 0;
    const provider = async (): Promise<typeof credentials & { readonly sessionToken: string }> => ({
      ...credentials,
      sessionToken: `t${++tokens}`,
    });
    const service = open(port, { credentials: provider });
    expect(await service.receive(poll)).toMatchObject({ kind: 'credentials' });
    for (let turn = 0; turn < 2; turn++) {
      expect(await service.receive(poll)).toMatchObject({ kind: 'ok' });
    }
    const sent = seen.map(({ headers }) => headers['x-amz-security-token']);
    expect(sent).toEqual(['t1', 't2', 't2']);
  });

  it('is told in the service’s words', async () => {
    const { port } = await listen(json(400, { __type: 'a#OverLimit', Message: 'Too many' }));
    const refused = await open(port).receive(poll);
    expect(refused).toEqual({ kind: 'throttled', error: 'a#OverLimit: Too many' });
  });
});

describe('a connection', () => {
  it('that is kept and turns out to be stale leaves a send unknown, and is not tried again', async () => {
    const { port, seen } = await listen((response, turn) => {
      if (turn === 1) json(200, {})(response, turn);
      else response.socket?.resetAndDestroy();
    });
    const service = open(port);
    await service.listQueueTags({ queueUrl: QUEUE });
    expect(await service.sendBatch(send)).toMatchObject({ kind: 'unknown' });
    expect(seen).toHaveLength(2);
  });

  it('that never comes free is unreachable in time, and the request is not sent', async () => {
    const { port, seen } = await listen(() => undefined);
    const requestHandler = { connectionTimeout: 50, httpAgent: { maxSockets: 1 } };
    const service = open(port, { requestHandler });
    const controller = new AbortController();
    const blocking = service.sendBatch({ ...send, signal: controller.signal });
    await expect.poll(() => seen.length).toBe(1);
    expect(await service.sendBatch(send)).toMatchObject({
      kind: 'unreachable',
      error: 'TimeoutError: no connection within 50 ms',
    });
    controller.abort();
    expect(await blocking).toMatchObject({ kind: 'aborted' });
    expect(seen).toHaveLength(1);
  });

  it('that waits for a socket is given up by its signal, and the request is not sent', async () => {
    const { port, seen } = await listen(() => undefined);
    const service = open(port, { requestHandler: { httpAgent: { maxSockets: 1 } } });
    void service.sendBatch(send);
    await expect.poll(() => seen.length).toBe(1);
    const controller = new AbortController();
    const waiting = service.sendBatch({ ...send, signal: controller.signal });
    await delay(20);
    controller.abort();
    expect(await waiting).toMatchObject({ kind: 'aborted' });
    await service.close();
    expect(seen).toHaveLength(1);
  });

  it('that falls silent is given up after the socketTimeout, with unknown effect', async () => {
    const { port, seen } = await listen(() => undefined);
    const service = open(port, { requestHandler: { socketTimeout: 50 } });
    expect(await service.sendBatch(send)).toMatchObject({ kind: 'unknown' });
    expect(seen).toHaveLength(1);
  });
});

describe('bodies', () => {
  const answer = json(200, {
    Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: '0' }],
    Messages: [
      { MessageId: 'm', ReceiptHandle: 'r', Body: 'x', Attributes: { SentTimestamp: '1' } },
    ],
  });

  it('whose MD5 is wrong or missing are told where that is asked for', async () => {
    const { port } = await listen(answer);
    const service = open(port, {}, { checkMd5: true });
    const error = expect.stringContaining('MD5') as string;
    expect(await service.sendBatch(send)).toMatchObject({ entries: [{ kind: 'unknown', error }] });
    expect(await service.receive(poll)).toEqual({ kind: 'unknown', error });
  });

  it('are not compared otherwise', async () => {
    const { port } = await listen(answer);
    const service = open(port);
    expect(await service.sendBatch(send)).toMatchObject({ entries: [{ kind: 'ok' }] });
    expect(await service.receive(poll)).toMatchObject({ messages: [{ body: 'x' }] });
  });
});

it('an operation that is answered with nothing is done', async () => {
  const { port } = await listen((response) => response.end());
  expect(await open(port).deleteQueue({ queueUrl: QUEUE })).toEqual({
    kind: 'ok',
    serviceTimeMs: expect.any(Number) as number,
  });
});

/** The time of a signature, epoch milliseconds. */
function dateOf(headers: IncomingMessage['headers']): number {
  const [, ...parts] = /^(.{4})(..)(..)T(..)(..)(..)Z$/.exec(String(headers['x-amz-date'])) ?? [];
  const [year = 0, month = 0, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...(rest as [number, number, number, number]));
}
