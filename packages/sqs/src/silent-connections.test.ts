import { Agent, createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SqsServiceOptions } from './sqs-service.ts';
import { adapters } from './testing/adapters.ts';

const QUEUE = 'http://127.0.0.1:9/000000000000/q';
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const poll = { queueUrl: QUEUE, maxMessages: 10, waitMs: 20_000, visibilityMs: 5_000 };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Answers each request when it is told to, and can fall silent on the connections there are. */
class Server {
  readonly connections: Socket[] = [];
  /** Requests that were heard and not answered, the oldest first. */
  readonly waiting: ServerResponse[] = [];
  readonly #silent = new Set<Socket>();
  #endpoint = '';

  async listen(): Promise<this> {
    const server = createServer((request, response) => {
      request.resume();
      if (!this.#silent.has(request.socket)) this.waiting.push(response);
    });
    server.on('connection', (socket: Socket) => this.connections.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    this.#endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  get open(): number {
    return this.connections.filter(({ destroyed }) => !destroyed).length;
  }

  async heard(requests: number): Promise<void> {
    await expect.poll(() => this.waiting.length).toBe(requests);
  }

  async answer(requests: number): Promise<void> {
    await this.heard(requests);
    for (const response of this.waiting.splice(0)) response.end('{}');
  }

  /** Like a way whose state was lost: connections stand, and nothing comes through any more. */
  fallSilent(): void {
    for (const socket of this.connections) this.#silent.add(socket);
  }
}

describe.each(adapters)('%s', (_name, create) => {
  async function open(options: SqsServiceOptions['clientConfig'] = {}): Promise<{
    readonly server: Server;
    call(signal?: AbortSignal): Promise<string>;
    receive(signal?: AbortSignal): Promise<string>;
  }> {
    const server = await new Server().listen();
    const { endpoint } = server;
    const clientConfig = { region: 'x', endpoint, credentials, ...options };
    const service = create({ clientConfig });
    closers.push(() => service.close());
    return {
      server,
      call: async (signal) =>
        (await service.tagQueue({ queueUrl: QUEUE, tags: {}, ...(signal && { signal }) })).kind,
      receive: async (signal) =>
        (await service.receive({ ...poll, ...(signal && { signal }) })).kind,
    };
  }

  it.each(['call', 'receive'] as const)(
    'a %s after one that was given up unanswered takes no connection from before',
    async (operation) => {
      const { server, ...ask } = await open();
      const warm = [ask[operation](), ask[operation](), ask[operation]()];
      await server.answer(3);
      expect(await Promise.all(warm)).toEqual(['ok', 'ok', 'ok']);
      server.fallSilent();

      expect(await ask[operation](AbortSignal.timeout(100))).toBe('aborted');
      const next = ask[operation](AbortSignal.timeout(5_000));
      await server.answer(1);
      expect(await next).toBe('ok');
      expect(server.connections).toHaveLength(4);
      await expect.poll(() => server.open).toBe(1);
    },
  );

  it('a call after one that a timeout of the user’s has ended takes no connection from before', async () => {
    const { server, call } = await open({
      requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
    });
    const warm = [call(), call()];
    await server.answer(2);
    await Promise.all(warm);
    server.fallSilent();
    expect(await call()).toBe('unknown');
    const next = call();
    await server.answer(1);
    expect(await next).toBe('ok');
  });

  it('what is under way on another connection is not cut', async () => {
    const { server, call } = await open();
    const warm = [call(), call()];
    await server.answer(2);
    await Promise.all(warm);
    const given = new AbortController();
    const givenUp = call(given.signal);
    await server.heard(1);
    const slow = call();
    await server.heard(2);
    given.abort();
    expect(await givenUp).toBe('aborted');
    await server.answer(2);
    expect(await slow).toBe('ok');
    await expect.poll(() => server.open).toBe(1);
  });

  it('calls and receives have each their own connections to lose', async () => {
    const { server, call, receive } = await open();
    const warm = [call(), receive()];
    await server.answer(2);
    await Promise.all(warm);
    const polling = receive(AbortSignal.timeout(50));
    expect(await polling).toBe('aborted');
    server.waiting.splice(0);
    const next = call();
    await server.answer(1);
    expect(await next).toBe('ok');
    expect(server.connections).toHaveLength(2);
  });

  it('a connection that is given up in the middle of its answer is closed', async () => {
    const { server, call } = await open();
    const given = new AbortController();
    const asked = call(given.signal);
    await server.heard(1);
    server.waiting[0]?.writeHead(200, { 'content-length': '100' }).write('{"');
    await expect.poll(() => server.connections[0]?.bytesWritten).toBeGreaterThan(0);
    given.abort();
    expect(await asked).toBe('aborted');
    await expect.poll(() => server.open).toBe(0);
  });

  it('the idle connections of an agent of the user’s are left alone, also by close', async () => {
    const httpAgent = new Agent({ keepAlive: true });
    closers.push(() => httpAgent.destroy());
    const { server, call } = await open({ requestHandler: { httpAgent } });
    const warm = [call(), call()];
    await server.answer(2);
    await Promise.all(warm);
    expect(await call(AbortSignal.timeout(50))).toBe('aborted');
    await closers.pop()?.();
    await expect.poll(() => server.open).toBe(1);
    expect(Object.values(httpAgent.freeSockets).flat()).toMatchObject([{ destroyed: false }]);
  });
});
