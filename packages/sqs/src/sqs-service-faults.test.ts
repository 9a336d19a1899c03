import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { QueueService } from '@replyq/queue';
import { createSqsService, type SqsServiceOptions } from './sqs-service.ts';
import { adapters, type CreateService } from './testing/adapters.ts';

type Answer = (body: Record<string, unknown>, response: ServerResponse) => void;

const QUEUE = 'http://127.0.0.1:9/000000000000/q';
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const message = { body: 'hello', attributes: {} };
const poll = { queueUrl: QUEUE, maxMessages: 10, waitMs: 20_000, visibilityMs: 5_000 };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  vi.unstubAllEnvs();
});

/** A server that answers what the case needs, with what it was asked. */
async function listen(
  answer: Answer,
): Promise<{ readonly endpoint: string; readonly requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => answer(JSON.parse(text) as Record<string, unknown>, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, requests };
}

type ClientConfig = SqsServiceOptions['clientConfig'];

/** Opens services with one of the adapters, closed after each test. */
const opener =
  (create: CreateService) =>
  (options: ClientConfig, more: SqsServiceOptions = {}): QueueService => {
    const clientConfig = { region: 'us-east-1', credentials, ...options };
    const made = create({ ...more, clientConfig });
    closers.push(() => made.close());
    return made;
  };

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_body, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const blackHole: Answer = () => undefined;

describe.each(adapters)('%s', (_name, create) => {
  const service = opener(create);

  describe('answers that are errors', () => {
    it.each<[string, Answer, string]>([
      ['403 AccessDenied', json(403, { __type: 'AccessDenied', message: 'no' }), 'denied'],
      [
        'a namespaced __type',
        json(400, { __type: 'com.amazon.coral.service#AccessDeniedException', Message: 'no' }),
        'denied',
      ],
      [
        'a type in the header',
        json(400, {}, { 'x-amzn-errortype': 'RequestThrottled:' }),
        'throttled',
      ],
      ['throttling as 400', json(400, { __type: 'ThrottlingException' }), 'throttled'],
      ['429 with nothing', json(429, ''), 'throttled'],
      ['403 with HTML', json(403, '<html>'), 'denied'],
      [
        'the code of the query protocol',
        json(
          400,
          { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no' },
          { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
        ),
        'gone',
      ],
      [
        'QueueDeletedRecently',
        json(400, { __type: 'com.amazonaws.sqs#QueueDeletedRecently' }),
        'deletedRecently',
      ],
      ['500 with nothing', json(500, ''), 'unknown'],
      ['500 with garbage', json(500, '<<<'), 'unknown'],
      ['503 ServiceUnavailable', json(503, { __type: 'ServiceUnavailable' }), 'unknown'],
      ['200 with garbage', json(200, '{"Success'), 'unknown'],
      ['200 with a list', json(200, []), 'unknown'],
      ['a redirect', json(307, '', { location: 'http://127.0.0.1:9/' }), 'unknown'],
      ['404 of something else', json(404, 'not here'), 'unknown'],
      ['a connection that is cut', (_body, response) => response.destroy(), 'unknown'],
      [
        'an answer that is cut in its body',
        (_body, response) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write('{"Succ', () => response.destroy());
        },
        'unknown',
      ],
    ])('%s', async (_what, answer, kind) => {
      const { endpoint, requests } = await listen(answer);
      const sent = await service({ endpoint }).sendBatch({ queueUrl: QUEUE, entries: [message] });
      const outcome = sent.kind === 'ok' ? sent.entries[0]?.kind : sent.kind;
      expect(outcome).toBe(kind);
      // One retry layer, and it is not this one.
      expect(requests).toHaveLength(1);
    });

    it('calls nobody listening unreachable', async () => {
      const { endpoint } = await listen(blackHole);
      await closers.pop()?.();
      const received = await service({ endpoint }).receive(poll);
      expect(received).toMatchObject({ kind: 'unreachable' });
    });

    it.each([
      ['speaks no TLS', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
      ['hangs up in the handshake', (socket: Socket) => void socket.end()],
      ['resets the connection at once', (socket: Socket) => void socket.resetAndDestroy()],
    ])('calls a host that %s unreachable', async (_what, greet) => {
      const server = createTcpServer(greet).listen(0, '127.0.0.1');
      await once(server, 'listening');
      closers.push(() => server.close());
      const { port } = server.address() as AddressInfo;
      const endpoint = `https://127.0.0.1:${port}`;
      expect(await service({ endpoint }).receive(poll)).toMatchObject({ kind: 'unreachable' });
    });

    it('calls a name that nobody has unreachable', async () => {
      const endpoint = 'http://nobody.invalid';
      expect(await service({ endpoint }).receive(poll)).toMatchObject({ kind: 'unreachable' });
    });

    it('tells missing credentials as such, and sends nothing', async () => {
      const { endpoint, requests } = await listen(blackHole);
      const failing = Object.assign(new Error('no'), { name: 'CredentialsProviderError' });
      const broken = service({ endpoint, credentials: () => Promise.reject(failing) });
      expect(await broken.receive(poll)).toMatchObject({ kind: 'credentials' });
      expect(requests).toHaveLength(0);
    });

    it('retries nothing, whatever clientConfig or the environment say', async () => {
      vi.stubEnv('AWS_MAX_ATTEMPTS', '5');
      vi.stubEnv('AWS_RETRY_MODE', 'adaptive');
      const { endpoint, requests } = await listen(json(503, ''));
      const eager = service({ endpoint, maxAttempts: 5, retryMode: 'adaptive' });
      await eager.receive(poll);
      expect(requests).toHaveLength(1);
    });
  });

  describe('a server that never answers', () => {
    it('holds no call past its signal', async () => {
      const { endpoint, requests } = await listen(blackHole);
      const stuck = service({ endpoint });
      const controller = new AbortController();
      const { signal } = controller;
      const calls = [
        stuck.receive({ ...poll, signal }),
        stuck.sendBatch({ queueUrl: QUEUE, entries: [message], signal }),
        stuck.listQueues({ prefix: 'x', signal }),
      ];
      await expect.poll(() => requests.length).toBe(3);
      controller.abort();
      const results = await Promise.all(calls);
      expect(results.map(({ kind }) => kind)).toEqual(['aborted', 'aborted', 'aborted']);
      await expect.poll(() => requests.every(({ socket }) => socket.destroyed)).toBe(true);
    });

    it('holds no call past its signal in the middle of a body', async () => {
      const { endpoint, requests } = await listen((_body, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"Messages');
      });
      const controller = new AbortController();
      const polling = service({ endpoint }).receive({ ...poll, signal: controller.signal });
      await expect.poll(() => requests.length).toBe(1);
      await delay(50);
      controller.abort();
      expect(await polling).toMatchObject({ kind: 'aborted' });
      await expect.poll(() => requests[0]?.socket.destroyed).toBe(true);
    });

    it('holds no call whose credentials never come', async () => {
      const { endpoint, requests } = await listen(blackHole);
      const controller = new AbortController();
      const stuck = service({ endpoint, credentials: () => new Promise(() => {}) });
      const polling = stuck.receive({ ...poll, signal: controller.signal });
      await delay(20);
      controller.abort();
      expect(await polling).toMatchObject({ kind: 'aborted' });
      expect(requests).toHaveLength(0);
    });

    it('holds no close', async () => {
      const { endpoint } = await listen(blackHole);
      const stuck = service({ endpoint });
      const polling = stuck.receive(poll);
      await delay(20);
      await stuck.close();
      expect(await polling).toMatchObject({ kind: 'aborted' });
    });
  });

  describe('the host', () => {
    it('is never chosen by a queue URL', async () => {
      const named = await listen(json(200, {}));
      const { endpoint, requests } = await listen(json(200, {}));
      const pinned = service({ endpoint });
      await pinned.receive({ ...poll, queueUrl: `${named.endpoint}/000000000000/q` });
      expect(named.requests).toHaveLength(0);
      expect(requests).toHaveLength(1);
    });

    it('is never chosen by a queue URL where the environment names the endpoint', async () => {
      const named = await listen(json(200, {}));
      const { endpoint, requests } = await listen(json(200, {}));
      vi.stubEnv('AWS_ENDPOINT_URL_SQS', endpoint);
      await service({}).receive({ ...poll, queueUrl: `${named.endpoint}/000000000000/q` });
      expect(named.requests).toHaveLength(0);
      expect(requests).toHaveLength(1);
    });

    it('is compared with the region’s unless an endpoint is configured', () => {
      const url = new URL('https://sqs.us-east-1.amazonaws.com/123456789012/q');
      const local = new URL('http://localhost:4566/000000000000/q');
      expect(service({}).checkHost(url)).toBe('ok');
      expect(service({}).checkHost(local)).toBe('scheme');
      expect(service({ endpoint: 'http://localhost:1' }).checkHost(local)).toBe('ok');
      expect(service({ region: async () => 'us-east-1' }).checkHost(url)).toBe('host');
    });

    it('is not compared once an endpoint was taken from the environment', async () => {
      const { endpoint } = await listen(json(200, {}));
      vi.stubEnv('AWS_ENDPOINT_URL_SQS', endpoint);
      const made = service({});
      const local = new URL('http://localhost:4566/000000000000/q');
      expect(made.checkHost(local)).toBe('scheme');
      await made.receive(poll);
      expect(made.checkHost(local)).toBe('ok');
    });
  });

  describe('what the answer says', () => {
    it('about the time comes from its Date header, or is left out', async () => {
      const dated = { date: 'Thu, 01 Jan 2026 00:00:01 GMT' };
      const first = await listen(json(200, {}, dated));
      const tags = await service({ endpoint: first.endpoint }).listQueueTags({ queueUrl: QUEUE });
      expect(tags).toMatchObject({ kind: 'ok', serviceTimeMs: Date.UTC(2026, 0, 1, 0, 0, 1) });
      const second = await listen(json(200, {}, { date: 'yesterday' }));
      const undated = await service({ endpoint: second.endpoint }).listQueueTags({
        queueUrl: QUEUE,
      });
      expect(undated).toEqual({ kind: 'ok', tags: {} });
    });

    it('about a batch is matched by Id', async () => {
      const { endpoint } = await listen(
        json(200, {
          Successful: [{ Id: '2' }, { Id: '3' }, { Id: '3' }],
          Failed: [
            { Id: '0', SenderFault: true, Code: 'ReceiptHandleIsInvalid' },
            { Id: '1', SenderFault: false, Code: 'InternalError' },
          ],
        }),
      );
      const receiptHandles = ['a', 'b', 'c', 'd', 'e'];
      const deleted = await service({ endpoint }).deleteBatch({ queueUrl: QUEUE, receiptHandles });
      const kinds = deleted.kind === 'ok' ? deleted.entries.map(({ kind }) => kind) : [];
      expect(kinds).toEqual(['staleHandle', 'unknown', 'ok', 'unknown', 'unknown']);
    });

    describe('F37: about bodies whose MD5 is wrong, where they are checked,', () => {
      const told = (messageId: string, MD5OfBody?: string): Record<string, unknown> => ({
        MessageId: messageId,
        ReceiptHandle: `handle-${messageId}`,
        Body: 'x',
        Attributes: { SentTimestamp: '1' },
        ...(MD5OfBody === undefined ? {} : { MD5OfBody }),
      });
      /** Of `x`. */
      const right = '9dd4e461268c8034f5c8564e155c67a6';

      it('is for each of ten messages by itself', async () => {
        const Messages = Array.from({ length: 10 }, (_, nth) =>
          told(`m${nth}`, nth === 3 ? '0' : nth === 7 ? undefined : right),
        );
        const { endpoint } = await listen(json(200, { Messages }));
        const received = await service({ endpoint }, { checkMd5: true }).receive(poll);
        if (received.kind !== 'ok') throw new Error(received.error);
        expect(received.messages.map(({ messageId }) => messageId).join()).toBe(
          'm0,m1,m2,m4,m5,m6,m8,m9',
        );
        const error = expect.stringContaining('MD5') as string;
        expect(received.damaged).toEqual([
          { messageId: 'm3', error },
          { messageId: 'm7', error },
        ]);
      });

      it('is a failure where none is right, so that nobody takes the queue for empty', async () => {
        const { endpoint } = await listen(json(200, { Messages: [told('m', '0')] }));
        expect(await service({ endpoint }, { checkMd5: true }).receive(poll)).toMatchObject({
          kind: 'unknown',
          error: expect.stringContaining('MD5'),
        });
      });

      it('is for each entry of a send by itself', async () => {
        const Successful = [
          { Id: '0', MessageId: 'm0', MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' },
          { Id: '1', MessageId: 'm1', MD5OfMessageBody: '0' },
        ];
        const { endpoint } = await listen(json(200, { Successful }));
        const send = { queueUrl: QUEUE, entries: [message, message] };
        const sent = await service({ endpoint }, { checkMd5: true }).sendBatch(send);
        const kinds = sent.kind === 'ok' ? sent.entries.map(({ kind }) => kind) : [sent.error];
        expect(kinds).toEqual(['ok', 'unknown']);
      });
    });

    it('about queues is read over all pages, but not round in circles', async () => {
      const pages = await listen((body, response) => {
        expect(body).toMatchObject({ MaxResults: 1_000, QueueNamePrefix: 'p' });
        const answer =
          body['NextToken'] === 'two'
            ? { QueueUrls: [`${QUEUE}1`] }
            : { QueueUrls: [`${QUEUE}2`], NextToken: 'two' };
        json(200, answer)({}, response);
      });
      const listed = await service({ endpoint: pages.endpoint }).listQueues({ prefix: 'p' });
      expect(listed).toMatchObject({ kind: 'ok', queueUrls: [`${QUEUE}1`, `${QUEUE}2`] });
      const circle = await listen(json(200, { NextToken: 'again' }));
      const endless = await service({ endpoint: circle.endpoint }).listQueues({ prefix: 'p' });
      expect(endless).toMatchObject({ kind: 'unknown' });
    });

    it('without a URL or an ARN is unknown', async () => {
      const { endpoint } = await listen(json(200, {}));
      const empty = service({ endpoint });
      expect(await empty.getQueueUrl({ name: 'q' })).toMatchObject({ kind: 'unknown' });
      expect(await empty.createQueue({ name: 'q' })).toMatchObject({ kind: 'unknown' });
      const attributes = await empty.getQueueAttributes({ queueUrl: QUEUE });
      expect(attributes).toMatchObject({ kind: 'unknown' });
    });
  });

  describe('what is asked', () => {
    it('is in seconds, rounded up, with everything that a delivery needs', async () => {
      let asked: Record<string, unknown> = {};
      const { endpoint, requests } = await listen((body, response) => {
        asked = body;
        json(200, {})({}, response);
      });
      const asking = service({ endpoint });
      await asking.receive({ ...poll, waitMs: 1_001, visibilityMs: 999 });
      expect(asked).toMatchObject({
        WaitTimeSeconds: 2,
        VisibilityTimeout: 1,
        MessageAttributeNames: ['All'],
      });
      const entry = { ...message, traceHeader: 'Root=1', groupId: 'g', delayMs: 1 };
      await asking.sendBatch({ queueUrl: QUEUE, entries: [entry] });
      expect(asked['Entries']).toEqual([
        {
          Id: '0',
          MessageBody: 'hello',
          MessageGroupId: 'g',
          DelaySeconds: 1,
          MessageSystemAttributes: {
            AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' },
          },
        },
      ]);
      await asking.getQueueUrl({ name: 'q', account: '123456789012' });
      expect(asked).toEqual({ QueueName: 'q', QueueOwnerAWSAccountId: '123456789012' });
      expect(requests.map(({ headers }) => headers['x-amz-target'])).toEqual([
        'AmazonSQS.ReceiveMessage',
        'AmazonSQS.SendMessageBatch',
        'AmazonSQS.GetQueueUrl',
      ]);
    });
  });

  describe('connections', () => {
    it('are kept alive, one pool for receives and one for all else', async () => {
      const { endpoint, requests } = await listen(json(200, {}));
      const made = service({ endpoint });
      for (let turn = 0; turn < 3; turn++) {
        await made.receive(poll);
        await made.listQueueTags({ queueUrl: QUEUE });
      }
      const ports = requests.map(({ socket }) => socket.remotePort);
      expect(ports).toEqual([...ports.slice(0, 2), ...ports.slice(0, 2), ...ports.slice(0, 2)]);
      expect(new Set(ports).size).toBe(2);
    });
  });

  describe('a requestHandler', () => {
    it('given as options is merged over the defaults, for both clients', async () => {
      const { endpoint, requests } = await listen(blackHole);
      const hasty = service({
        endpoint,
        requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
      });
      expect(await hasty.receive(poll)).toMatchObject({ kind: 'unknown' });
      const sent = await hasty.sendBatch({ queueUrl: QUEUE, entries: [message] });
      expect(sent).toMatchObject({ kind: 'unknown' });
      expect(requests).toHaveLength(2);
    });
  });
});

describe('the SDK adapter’s host', () => {
  const service = opener(createSqsService);

  it('is the region’s where nothing names an endpoint, even if clientConfig asks otherwise', async () => {
    const named = await listen(json(200, {}));
    const dialled: unknown[] = [];
    const requestHandler = {
      handle: (request: { readonly hostname: string }) => {
        dialled.push(request.hostname);
        return Promise.reject(new Error('not in this test'));
      },
    };
    // The types let no user say this; a user without types can.
    const config = { region: 'eu-west-1', requestHandler, useQueueUrlAsEndpoint: true };
    const queueUrl = `${named.endpoint}/000000000000/q`;
    await service(config).receive({ ...poll, queueUrl });
    expect(named.requests).toHaveLength(0);
    expect(dialled).toEqual(['sqs.eu-west-1.amazonaws.com']);
  });

  it('is compared once the SDK has resolved the region, after the first answer', async () => {
    const requestHandler = {
      handle: async () => ({ response: { statusCode: 200, headers: {}, body: new Uint8Array() } }),
    };
    const made = service({ region: async () => 'eu-west-1', requestHandler });
    const own = new URL('https://sqs.eu-west-1.amazonaws.com/123456789012/q');
    expect(made.checkHost(own)).toBe('host');
    await made.receive(poll);
    expect(made.checkHost(own)).toBe('ok');
    expect(made.checkHost(new URL('https://sqs.eu-west-2.amazonaws.com/1/q'))).toBe('host');
  });
});

describe('the SDK adapter’s requestHandler', () => {
  const service = opener(createSqsService);

  it('given as an instance serves both clients and is not destroyed', async () => {
    const destroyed: string[] = [];
    const requestHandler = {
      handle: async () => ({ response: { statusCode: 200, headers: {}, body: new Uint8Array() } }),
      destroy: () => void destroyed.push('handler'),
    };
    const made = service({ requestHandler });
    expect(await made.receive(poll)).toMatchObject({ kind: 'ok' });
    expect(await made.listQueueTags({ queueUrl: QUEUE })).toMatchObject({ kind: 'ok' });
    await made.close();
    expect(destroyed).toEqual([]);
  });
});
