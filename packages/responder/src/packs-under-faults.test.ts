// What packs, and several open receives, must not cost.
import { sleep } from '@replyq/contract/transport';
import { defineContract, mutation } from '@replyq/contract';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createRequester } from '@replyq/requester';
import { createVirtualRuntime } from '@replyq/testing';
import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createResponder } from './create-responder.ts';
import { openAnswerer } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.number(), timeoutMs: 20_000 }),
});

test('the body of what comes again with others is not decoded, which may be what kills', async () => {
  let decoded = 0;
  const transformer = {
    serialize: (v: unknown) => v,
    deserialize: (v: unknown) => ((decoded += 1), v),
  };
  const t = initTRPC.create({ transformer });
  const router = t.router({ run: t.procedure.mutation(() => 1) });
  const rig = openAnswerer({ router });
  await rig.answer({ input: 1, header: { content: 'trpc' }, separable: true, receiveCount: 2 });
  expect(decoded).toBe(0);
});

test('drain waits for all open polls, not for the first that ends', async () => {
  const runtime = createVirtualRuntime();
  const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  let aborted = 0;
  const watched = new Proxy(memory, {
    get: (target, key: keyof QueueService) => {
      const value: unknown = target[key];
      if (key === 'receive')
        return async (request: Parameters<QueueService['receive']>[0]) => {
          const result = await target.receive(request);
          if (result.kind === 'aborted') aborted += 1;
          return result;
        };
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const transport = memoryTransport({
    service: watched,
    runtime,
    packing: { framesPerMessage: 1 },
  });
  const requesterTransport = memoryTransport({ service: memory, runtime });
  const requester = createRequester({ transport: requesterTransport });
  const responder = createResponder({
    transport,
    contract: one,
    create: true,
    handlers: { run: ({ input }) => input },
  });
  await runtime.run(responder.start());
  const client = requester.client(one);
  for (let n = 0; n < 3; n += 1)
    await runtime.run(Promise.all(Array.from({ length: 100 }, (_, i) => client.run(i))));
  await runtime.advance(100);
  const draining = responder.drain();
  await runtime.advance(1);
  const call = client.run(1, { timeoutMs: 3000 }).catch(() => 'late');
  await runtime.run(draining);
  expect(aborted).toBe(0);
  await runtime.run(call);
  await runtime.run(requester.close());
  await runtime.run(responder.close());
  await runtime.run(transport.close());
  await runtime.run(requesterTransport.close());
});

test('many requesters with one call each are not read one message a round trip, since they may pack', async () => {
  const rates: number[] = [];
  for (const packs of [0, 32]) {
    const runtime = createVirtualRuntime();
    const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
    const far = new Proxy(memory, {
      get: (target, key: keyof QueueService) => {
        const value: unknown = target[key];
        if (typeof value !== 'function') return value;
        if (key === 'close') return async () => undefined;
        if (key !== 'sendBatch' && key !== 'receive' && key !== 'deleteBatch')
          return value.bind(target);
        return async (request: unknown) => {
          await sleep(runtime, 6);
          const result: unknown = await value.call(target, request);
          await sleep(runtime, 6);
          return result;
        };
      },
    });
    const transport = memoryTransport({ service: far, runtime });
    const responder = createResponder({
      transport,
      contract: one,
      create: true,
      packs,
      handlers: { run: ({ input }) => input },
    });
    await runtime.run(responder.start());
    const requesters = Array.from({ length: 20 }, () =>
      createRequester({ transport: memoryTransport({ service: far, runtime }) }),
    );
    const startedMs = runtime.monotonicMs();
    await runtime.run(
      Promise.all(
        requesters.map(async (requester) => {
          const client = requester.client(one);
          for (let n = 0; n < 20; n += 1) await client.run(n);
        }),
      ),
    );
    rates.push(400_000 / (runtime.monotonicMs() - startedMs));
    for (const requester of requesters) await runtime.run(requester.close());
    await runtime.run(responder.close());
    await runtime.run(transport.close());
  }
  // 629 and 83 calls per second.
  expect(rates[1]! / rates[0]!).toBeGreaterThan(0.8);
});
