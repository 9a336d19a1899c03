import { Agent, createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemRuntime } from '@replyq/contract/transport';
import { afterEach, expect, it } from 'vitest';
import { exchange, type HttpAnswer } from './exchange.ts';

const LIMITS = { connectionMs: 1_000, requestMs: 0, socketMs: 0, maxAnswerBytes: 1_000 };
const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).toReversed()) close();
});

async function post(
  answer: (response: ServerResponse) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly answer: Promise<HttpAnswer>; readonly agent: Agent }> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true });
  closers.push(
    () => void server.close(),
    () => agent.destroy(),
  );
  const { port } = server.address() as AddressInfo;
  const target = {
    protocol: 'http:',
    hostname: '127.0.0.1',
    port,
    path: '/',
    host: `127.0.0.1:${port}`,
    userAgent: 'test',
    region: 'x',
    signingRegion: 'x',
    signingName: 'sqs',
  } as const;
  const headers = ['host', target.host, 'content-length', '2'];
  const request = { target, agent, headers, body: '{}' };
  return { answer: exchange(request, signal, LIMITS, systemRuntime), agent };
}

it('an answer of the most bytes is read', async () => {
  const { answer } = await post((response) => response.end('x'.repeat(1_000)));
  expect(await answer).toMatchObject({ status: 200, body: 'x'.repeat(1_000) });
});

it('an answer of one byte more is refused while it is read', async () => {
  let closed = false;
  const { answer } = await post((response) => {
    response.on('close', () => (closed = true));
    // Never ended: only a reader that counts gives it up.
    response.write('x'.repeat(600));
    response.write('x'.repeat(401));
  });
  await expect(answer).rejects.toThrow('longer than 1000 bytes');
  await expect.poll(() => closed).toBe(true);
});

it('an answer in pieces is joined before it is read as UTF-8', async () => {
  const bytes = Buffer.from('ä€😀');
  const { answer } = await post((response) => {
    const write = (index: number): void => {
      if (index === bytes.length) response.end();
      else response.write(bytes.subarray(index, index + 1), () => setImmediate(write, index + 1));
    };
    write(0);
  });
  expect(await answer).toMatchObject({ body: 'ä€😀' });
});

it('an interim answer is not the answer', async () => {
  const { answer } = await post((response) => {
    response.writeProcessing();
    response.end('{}');
  });
  expect(await answer).toMatchObject({ status: 200, body: '{}' });
});

it('a protocol that is offered instead ends the exchange', async () => {
  const { answer } = await post((response) =>
    response.socket?.write('HTTP/1.1 101 x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  );
  await expect(answer).rejects.toThrow('closed without an answer');
});

it('nothing is opened for a signal that has aborted', async () => {
  const { answer, agent } = await post((response) => response.end(), AbortSignal.abort());
  await expect(answer).rejects.toThrow('aborted before it was sent');
  expect(Object.keys(agent.sockets)).toEqual([]);
});

it('the socket of a read answer is kept, and its signal is let go', async () => {
  const controller = new AbortController();
  const { answer, agent } = await post((response) => response.end('{}'), controller.signal);
  await answer;
  await expect.poll(() => Object.keys(agent.freeSockets)).toHaveLength(1);
  controller.abort();
  expect(Object.values(agent.freeSockets)[0]?.[0]?.destroyed).toBe(false);
});
