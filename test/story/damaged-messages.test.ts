// F37: one of the messages of a receive is not what was sent. Through the AWS SDK, and through our own adapter.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineContract, query, safe } from '@replyq/contract';
import type { ReplyqEvent, Transport } from '@replyq/contract/transport';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { createSqsService, sqsTransport, type SqsTransportOptions } from '@replyq/sqs';
import { leanSqsTransport } from '@replyq/sqs/lean';
import { startLocalSqs } from '@replyq/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';

const work = defineContract('work', {
  echo: query({ input: z.string(), output: z.string(), timeoutMs: 30_000 }),
});

interface Received {
  readonly Messages?: readonly { readonly MessageId: string; Body: string }[];
}

/** Stands before a server and changes what it answers to receives. */
async function openMiddle(
  endpoint: string,
  change: (answer: Received) => void,
): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const cut = new AbortController();
    response.on('close', () => cut.abort());
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const target = String(request.headers['x-amz-target']);
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
      const body = Buffer.concat(chunks);
      fetch(endpoint, { method: 'POST', headers, body, signal: cut.signal })
        .then(async (answer) => {
          const text = await answer.text();
          const date = answer.headers.get('date');
          const told = text === '' ? {} : (JSON.parse(text) as Received);
          if (target.endsWith('.ReceiveMessage')) change(told);
          response.writeHead(answer.status, {
            'content-type': 'application/x-amz-json-1.0',
            ...(date === null ? {} : { date }),
          });
          response.end(text === '' ? '' : JSON.stringify(told));
        })
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

const TRANSPORTS: readonly (readonly [string, (options: SqsTransportOptions) => Transport])[] = [
  ['the AWS SDK', sqsTransport],
  ['our own adapter', leanSqsTransport],
];

test.each(TRANSPORTS)(
  'by %s: the nine others are answered at once, it is told, and comes again whole',
  async (_, open) => {
    await using local = await startLocalSqs();
    const damagedIn: number[] = [];
    await using middle = await openMiddle(local.endpoint, ({ Messages = [] }) => {
      const damaged = Messages.find(({ Body }) => Body === '"call 3"');
      if (damaged === undefined || damagedIn.length === 2) return;
      damagedIn.push(Messages.length);
      damaged.Body = '"call 4"';
    });
    const asking = sqsTransport({
      clientConfig: local.clientConfig,
      packing: { framesPerMessage: 1 },
    });
    const requester = createRequester({ transport: asking });
    const events: ReplyqEvent[] = [];
    const answering = open({
      clientConfig: { ...local.clientConfig, endpoint: middle.endpoint },
      checkMd5: true,
      observer: (event) => void events.push(event),
    });
    const inputs: string[] = [];
    const responder = createResponder({
      transport: answering,
      contract: work,
      packs: 0,
      visibilityMs: 1000,
      handlers: {
        echo: ({ input }) => {
          inputs.push(input);
          return input;
        },
      },
    });
    const service = createSqsService({ clientConfig: local.clientConfig });
    try {
      const made = await service.createQueue({ name: 'work' });
      const queueUrl = made.kind === 'ok' ? made.queueUrl : made.error;
      const asked = Array.from({ length: 10 }, (_, nth) => `call ${nth}`);
      const order: string[] = [];
      const calls = asked.map(async (input) => {
        const output = await requester.client(work).echo(input);
        order.push(output);
        return output;
      });
      // One receive brings them all.
      await expect
        .poll(async () => {
          const found = await service.getQueueAttributes({ queueUrl });
          return found.kind === 'ok' && found.attributes.visibleCount;
        })
        .toBe(10);
      await responder.start();
      expect(await Promise.all(calls)).toEqual(asked);
      expect(order.at(-1)).toBe('call 3');
      expect(inputs.toSorted()).toEqual(asked);
      expect(damagedIn).toEqual([10, 1]);
      const about = { queue: 'work', detail: expect.stringContaining('MD5') as string };
      expect(events.filter(({ kind }) => kind === 'frameMalformed')).toMatchObject([about]);
      // The second time it came alone.
      expect(events.filter(({ kind }) => kind === 'receiveFailed')).toHaveLength(1);
    } finally {
      await responder.close();
      await requester.close();
      await asking.close();
      await answering.close();
      await service.close();
    }
  },
);

test('a receive that brings nothing whole is a failure, and three in a row make the responder unhealthy', async () => {
  await using local = await startLocalSqs();
  let damage = true;
  await using middle = await openMiddle(local.endpoint, ({ Messages = [] }) => {
    if (damage) for (const each of Messages) each.Body = '"else"';
  });
  const asking = sqsTransport({ clientConfig: local.clientConfig });
  const requester = createRequester({ transport: asking });
  const answering = sqsTransport({
    clientConfig: { ...local.clientConfig, endpoint: middle.endpoint },
    checkMd5: true,
  });
  const responder = createResponder({
    transport: answering,
    contract: work,
    create: true,
    visibilityMs: 1000,
    handlers: { echo: ({ input }) => input },
  });
  await responder.start();
  try {
    const call = safe(requester.client(work).echo('whole'));
    await expect.poll(() => responder.health().healthy, { timeout: 15_000 }).toBe(false);
    const lastError = expect.stringContaining('MD5') as string;
    expect(responder.health().inbox).toMatchObject({ failuresInARow: 3, lastError });
    damage = false;
    expect(await call).toMatchObject({ data: 'whole' });
    expect(responder.health().healthy).toBe(true);
  } finally {
    await responder.close();
    await requester.close();
    await asking.close();
    await answering.close();
  }
});
