// A request that was sent on by itself, and a store that remembers.
import { sleep } from '@replyq/contract/transport';
import { defineContract, mutation } from '@replyq/contract';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createRequester } from '@replyq/requester';
import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createResponder } from './create-responder.ts';

const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.number(), timeoutMs: 20_000 }),
});

test('a request that was sent on is known to the store, and keeps its caller as its sender', async () => {
  const runtime = createVirtualRuntime();
  const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  let failing = 0;
  // As SQS: the sender of a message is who sent it. The responder sends on with `try`.
  const service = new Proxy(memory, {
    get: (target, key: keyof QueueService) => {
      const value: unknown = target[key];
      if (key === 'close') return async () => undefined;
      if (key === 'sendBatch')
        return (request: Parameters<QueueService['sendBatch']>[0]) =>
          !request.queueUrl.endsWith('/one') && (failing -= 1) >= 0
            ? Promise.resolve({ kind: 'credentials', error: 'ExpiredToken' })
            : target.sendBatch(request);
      if (key === 'receive')
        return async (request: Parameters<QueueService['receive']>[0]) => {
          const result = await target.receive(request);
          if (result.kind !== 'ok') return result;
          const messages = result.messages.map((message) => ({
            ...message,
            senderId: String(message.attributes['replyq']?.value).includes('"try":')
              ? 'responder'
              : 'caller',
          }));
          return { ...result, messages };
        };
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const transport = memoryTransport({ service, runtime });
  const requesterTransport = memoryTransport({
    service: memory,
    runtime,
    packing: { framesPerMessage: 8 },
  });
  const requester = createRequester({ transport: requesterTransport });
  const seen: unknown[] = [];
  const responder = createResponder({
    transport,
    contract: one,
    create: true,
    createContext: ({ input, senderId }: { input: unknown; senderId: string | undefined }) => {
      seen.push([input, senderId]);
      return {};
    },
    handlers: {
      run: async ({ input }) => {
        await sleep(runtime, input * 100);
        if (input === 2) failing = 3;
        return input;
      },
    },
  });
  await runtime.run(responder.start());
  const client = requester.client(one);
  const results = await runtime.run(Promise.all([client.run(1), client.run(2)]));
  await runtime.run(requester.close());
  await runtime.run(responder.close());
  await runtime.run(transport.close());
  await runtime.run(requesterTransport.close());
  expect(results).toEqual([1, 2]);
  expect(seen).toEqual([
    [1, 'caller'],
    [2, 'caller'],
  ]); // and [2, 'responder']: ran twice
});
