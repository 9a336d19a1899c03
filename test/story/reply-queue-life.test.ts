// Reply queues that are swept, shared or given, as callers see them. In memory, in virtual time.
import { defineContract, query, safe } from '@replyq/contract';
import type { Runtime, Transport } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { sweepIdleQueues, type QueueService, type ReplyQueueSettings } from '@replyq/queue';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, type Responder } from '@replyq/responder';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

const shop = defineContract('shop', {
  price: query({ input: z.string(), output: z.number() }),
});

let runtime: VirtualRuntime;
let service: QueueService;
let responder: Responder;
let transports: Transport[];
let requesters: Requester[];

beforeEach(async () => {
  runtime = createVirtualRuntime();
  service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  transports = [];
  requesters = [];
  await service.createQueue({ name: 'shop' });
  responder = createResponder({
    transport: openTransport(),
    contract: shop,
    handlers: { price: () => 7 },
    replyTo: { queues: ['replies'] },
  });
  await runtime.run(responder.start());
});

afterEach(async () => {
  for (const requester of requesters) await runtime.run(requester.close());
  await runtime.run(responder.close());
  for (const transport of transports) await runtime.run(transport.close());
  // Messages that are hidden come back by its clock.
  await service.close();
  expect(runtime.timerCount()).toBe(0);
});

function openTransport(replyQueue: ReplyQueueSettings = {}, own: Runtime = runtime): Transport {
  const unclosed = new Proxy(service, {
    get: (target, key) => {
      if (key === 'close') return async () => undefined;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const transport = memoryTransport({ service: unclosed, runtime: own, replyQueue });
  transports.push(transport);
  return transport;
}

function openRequester(replyQueue: ReplyQueueSettings = {}, own?: Runtime): Requester {
  const requester = createRequester({ transport: openTransport(replyQueue, own) });
  requesters.push(requester);
  return requester;
}

const ask = (requester: Requester) => safe(requester.client(shop).price('tea'));

async function hostQueues(): Promise<readonly string[]> {
  const listed = await service.listQueues({ prefix: '__' });
  return listed.kind === 'ok' ? listed.queueUrls : [];
}

test('a process that stood still while its reply queue was swept makes its next call work', async () => {
  let stalledUntilMs = 0;
  const stalling: Runtime = {
    ...runtime,
    setTimer(delayMs, fire) {
      let timer = runtime.setTimer(delayMs, due);
      function due(): void {
        const leftMs = stalledUntilMs - runtime.monotonicMs();
        if (leftMs <= 0) fire();
        else timer = runtime.setTimer(leftMs, due);
      }
      return { cancel: () => timer.cancel() };
    },
  };
  const paused = openRequester({}, stalling);
  const other = openRequester();
  expect((await runtime.run(ask(paused))).data).toBe(7);
  expect((await runtime.run(ask(other))).data).toBe(7);
  // What the poll that is open has to wait for is over by then.
  await runtime.advance(30_000);
  stalledUntilMs = runtime.monotonicMs() + 960_000;
  await runtime.advance(960_000 - 1);
  expect(await hostQueues()).toHaveLength(1);
  await runtime.advance(1);
  expect((await runtime.run(ask(paused))).data).toBe(7);
  expect(await hostQueues()).toHaveLength(2);
});

describe('a reply queue that is given', () => {
  beforeEach(async () => {
    await service.createQueue({ name: 'replies' });
  });

  test('brings replies, and stays when the requester closes', async () => {
    const requester = openRequester({ queue: 'replies' });
    expect((await runtime.run(ask(requester))).data).toBe(7);
    await runtime.run(requester.close());
    expect(await hostQueues()).toEqual([]);
    expect((await service.getQueueUrl({ name: 'replies' })).kind).toBe('ok');
  });

  test('with replies to a process that is no more does not lock the next one out', async () => {
    const found = await service.getQueueUrl({ name: 'replies' });
    if (found.kind !== 'ok') throw new Error(found.error);
    for (let n = 0; n < 30; n += 1) {
      const value = `${'x'.repeat(16)}${n}`;
      const name = '__AmazonSQSVirtualQueuesClient.QueueName';
      const attributes = { [name]: { type: 'String', value } };
      await service.sendBatch({ queueUrl: found.queueUrl, entries: [{ body: '1', attributes }] });
    }
    await runtime.advance(10_000);
    const requester = openRequester({ queue: 'replies' });
    for (let n = 0; n < 5; n += 1) expect((await runtime.run(ask(requester))).data).toBe(7);
  });

  test('and shared by two processes is noticed', async () => {
    const [one, two] = [openRequester({ queue: 'replies' }), openRequester({ queue: 'replies' })];
    const messages = new Set<string>();
    for (let n = 0; n < 60; n += 1) {
      const asked = [ask(one), ask(two)];
      for (const { error } of await runtime.run(Promise.all(asked))) {
        if (error !== null) messages.add(error.message);
      }
    }
    expect([...messages].join()).toMatch(/it must be private to one process/);
  });
});

test('a sweep by hand leaves callers alone', async () => {
  const requester = openRequester();
  expect((await runtime.run(ask(requester))).data).toBe(7);
  const report = await runtime.run(sweepIdleQueues(service, { runtime }));
  expect(report).toMatchObject({ found: 1, deleted: [], kept: [{ reason: 'live' }] });
  expect((await runtime.run(ask(requester))).data).toBe(7);
});
