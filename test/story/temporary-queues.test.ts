// What a requester's host queue costs and withstands, by a virtual clock and counted requests.
import { defineContract, mutation, RpcError } from '@replyq/contract';
import { sleep, type ReplyqEvent } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, noReplyStore, type Responder } from '@replyq/responder';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

const auth = defineContract('auth', {
  login: mutation({
    input: z.object({ user: z.number(), afterMs: z.number() }),
    output: z.number(),
  }),
});
/** Of queues that nobody uses any more. */
const RETENTION_MS = 300_000;

let runtime: VirtualRuntime;
let events: (ReplyqEvent & { readonly atMs: number })[];
let service: QueueService;
let requester: Requester;
let responder: Responder;
/** What each request of the service takes. */
let latencyMs: number;
let closing: (() => Promise<void>)[];

beforeEach(async () => {
  runtime = createVirtualRuntime();
  events = [];
  latencyMs = 0;
  closing = [];
  const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  service = slowed(memory);
  const observer = (event: ReplyqEvent): void =>
    void events.push({ ...event, atMs: runtime.monotonicMs() });
  const asking = memoryTransport({ service, runtime, observer });
  const answering = memoryTransport({ service: memory, runtime });
  requester = createRequester({ transport: asking });
  responder = createResponder({
    transport: answering,
    contract: auth,
    create: true,
    concurrency: 20_000,
    replyStore: noReplyStore,
    handlers: {
      login: async ({ input, signal }) => {
        await sleep(runtime, input.afterMs, { signal });
        return input.user;
      },
    },
  });
  await runtime.run(responder.start());
  closing = [
    () => requester.close(),
    () => responder.close(),
    () => asking.close(),
    () => answering.close(),
  ];
});

afterEach(async () => {
  for (const close of closing) await runtime.run(close());
  expect(runtime.timerCount()).toBe(0);
});

function slowed(inner: QueueService): QueueService {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return name === 'createQueue' || name === 'getQueueUrl'
        ? async (...args: unknown[]) => {
            await sleep(runtime, latencyMs);
            return (value as (...all: unknown[]) => unknown).apply(target, args);
          }
        : value.bind(target);
    },
  });
}

const login = (user: number, afterMs: number, timeoutMs?: number): Promise<number> =>
  requester.client(auth).login({ user, afterMs }, timeoutMs === undefined ? {} : { timeoutMs });

function requests(operation: string, queue = ''): number {
  return events.filter(
    (event) =>
      event.kind === 'apiRequest' && event.operation === operation && event.queue.includes(queue),
  ).length;
}

describe('before the first request leaves', () => {
  test('the reply queue is made and the request queue looked up at once, and nothing else is asked', async () => {
    latencyMs = 10;
    const startedMs = runtime.monotonicMs();
    expect(await runtime.run(login(1, 0))).toBe(1);
    expect(runtime.monotonicMs() - startedMs).toBe(10);
    const before = events.slice(
      0,
      events.findIndex(
        (event) => event.kind === 'apiRequest' && event.operation === 'SendMessageBatch',
      ),
    );
    const asked = before.flatMap((event) => (event.kind === 'apiRequest' ? [event.operation] : []));
    expect(asked.filter((operation) => operation !== 'ReceiveMessage').toSorted()).toEqual([
      'CreateQueue',
      'GetQueueUrl',
    ]);
  });
});

describe('an idle requester', () => {
  test('receives nothing, and says that it lives once in a third of the retention', async () => {
    await runtime.run(login(1, 0));
    await runtime.advance(60_000);
    events = [];
    const thirds = 36;
    await runtime.advance((thirds * RETENTION_MS) / 3);
    expect(requests('ReceiveMessage')).toBe(0);
    expect(requests('TagQueue', 'RequesterClientQueues')).toBeGreaterThan(0);
    expect(requests('TagQueue', requester.clientId)).toBeLessThanOrEqual(thirds);
  });
});

describe('a timeout of a second', () => {
  test('is kept, and a reply within it is delivered', async () => {
    expect(await runtime.run(login(1, 999, 1000))).toBe(1);
    const startedMs = runtime.monotonicMs();
    const error = await runtime.run(login(2, 1500, 1000).catch((cause: unknown) => cause));
    expect(error).toMatchObject({ code: 'TIMEOUT', maybeExecuted: true });
    expect(runtime.monotonicMs() - startedMs).toBe(1000);
  });

  test('is enough for each of a thousand replies that are sent 50 ms before its end', async () => {
    let delivered = 0;
    for (let round = 0; round < 100; round += 1) {
      const calls = Array.from({ length: 10 }, async (_, n) => {
        const user = round * 10 + n;
        expect(await login(user, 950, 1000)).toBe(user);
        delivered += 1;
      });
      await runtime.run(Promise.all(calls));
      // In every phase of the long poll.
      await runtime.advance(Math.floor(runtime.random() * 25_000));
    }
    expect(delivered).toBe(1000);
  });
});

test('10,000 calls in flight on one host queue each get their own reply, and no timer of their own', async () => {
  const calls = Array.from({ length: 10_000 }, (_, user) => login(user, 5000));
  await runtime.advance(1000);
  expect(requester.pendingCount()).toBe(10_000);
  // The handlers' own timers are the test's.
  expect(runtime.timerCount() - 10_000).toBeLessThan(20);
  expect(await runtime.run(Promise.all(calls))).toEqual(calls.map((_, user) => user));
  expect(requests('CreateQueue')).toBe(1);
});

test('a host queue that is deleted is noticed within 25 s; open calls are told, new ones work', async () => {
  await runtime.run(login(1, 0));
  const open = login(2, 600_000, 700_000).catch((cause: unknown) => cause);
  await runtime.advance(3000);
  const made = events.find((event) => event.kind === 'replyQueueMade');
  if (made === undefined) throw new Error('no reply queue');
  const found = await runtime.run(service.getQueueUrl({ name: made.queue }));
  if (found.kind !== 'ok') throw new Error(found.kind);
  await runtime.run(service.deleteQueue({ queueUrl: found.queueUrl }));
  const deletedMs = runtime.monotonicMs();
  const error = await runtime.run(open);
  expect(runtime.monotonicMs() - deletedMs).toBeLessThanOrEqual(25_000);
  expect(RpcError.is(error) && error).toMatchObject({
    code: 'REPLY_QUEUE_LOST',
    maybeExecuted: true,
  });
  expect(await runtime.run(login(3, 0))).toBe(3);
  const queues = events.flatMap((event) => (event.kind === 'replyQueueMade' ? [event.queue] : []));
  expect(new Set(queues).size).toBe(2);
});
