import { defineContract, query, safe } from '@replyq/contract';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createVirtualRuntime, ScriptedQueueService } from '@replyq/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createRequester } from './create-requester.ts';

const shop = defineContract('shop', {
  buy: query({ input: z.number(), output: z.number() }),
  ping: query(),
});

let runtime: ReturnType<typeof createVirtualRuntime>;
let service: ScriptedQueueService;
let transport: ReturnType<typeof memoryTransport>;

beforeEach(() => {
  runtime = createVirtualRuntime();
  service = new ScriptedQueueService(createMemoryQueueService({ runtime }));
  transport = memoryTransport({ service, runtime });
});

afterEach(async () => {
  await runtime.run(transport.close());
  expect(runtime.timerCount()).toBe(0);
});

const unreachable = {
  kind: 'fail',
  failure: 'unreachable',
  error: 'connect ECONNREFUSED',
} as const;

test('a call whose deadline comes before a reply queue can be made says what keeps it', async () => {
  service.script.always('createQueue', unreachable);
  const requester = createRequester({ transport });
  const { error } = await runtime.run(safe(requester.client(shop).buy(1, { timeoutMs: 500 })));
  expect(error).toMatchObject({ code: 'NOT_SENT', maybeExecuted: false, procedure: 'buy' });
  expect(error?.message).toContain('within 500 ms');
  expect(error?.message).toContain('no reply queue could be made: ');
  await runtime.run(requester.close());
});

test('a reply queue that cannot be made for long is the same, before the deadline', async () => {
  service.script.always('createQueue', unreachable);
  const requester = createRequester({ transport });
  const { error } = await runtime.run(safe(requester.client(shop).buy(1, { timeoutMs: 60_000 })));
  expect(error).toMatchObject({ code: 'NOT_SENT', maybeExecuted: false });
  expect(error?.elapsedMs).toBeLessThan(30_000);
  expect(requester.health()).toMatchObject({ healthy: false });
  service.script.heal();
  expect(await runtime.run(requester.ready())).toEqual({ kind: 'ready' });
  expect(requester.health()).toMatchObject({ healthy: true });
  await runtime.run(requester.close());
});

test('a new requester on a closed transport says so at once', async () => {
  await runtime.run(transport.close());
  const requester = createRequester({ transport });
  const startedMs = runtime.monotonicMs();
  const { error } = await runtime.run(safe(requester.client(shop).buy(1)));
  expect(error).toMatchObject({ code: 'CLOSED', maybeExecuted: false });
  expect(runtime.monotonicMs()).toBe(startedMs);
});

test('an input for a procedure that takes none is refused, since options come second', async () => {
  const requester = createRequester({ transport });
  const ping = requester.client(shop).ping as (input: unknown) => Promise<void>;
  const { error } = await runtime.run(safe(ping({ timeoutMs: 5 })));
  expect(error).toMatchObject({ code: 'BAD_REQUEST', procedure: 'ping', maybeExecuted: false });
  expect(error?.message).toContain('takes no input');
});
