// Requests that come more than once, and replies that do not leave at the first attempt.
import { defineContract, mutation } from '@replyq/contract';
import { initTRPC } from '@trpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { memoryReplyStore } from './memory-reply-store.ts';
import { noReplyStore } from './reply-store.ts';
import { openAnswerer } from './testing/answerer-rig.ts';
import { openResponder, type ResponderRig } from './testing/responder-rig.ts';
import type { World } from './testing/world.ts';

const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.unknown() }),
});

describe('a request that is refused without running', () => {
  const rig = openAnswerer({
    contract: one,
    createContext: () => {
      throw new Error('no database');
    },
    handlers: { run: ({ input }) => input },
  });

  test.each([
    ['by createContext', {}],
    ['for its input', { body: '{' }],
    ['for its procedure', { procedure: 'nobody' }],
    ['for its type', { header: { type: 'query' } }],
    ['for its version', { header: { v: 9 } }],
  ])('%s may have run when it came before, and did not when it is the first', async (_, ask) => {
    await rig.answer({ ...ask, receiveCount: 1 });
    expect(rig.error()).toMatchObject({ ran: false });
    await rig.answer({ ...ask, receiveCount: 2 });
    expect(rig.error()).toMatchObject({ ran: true });
  });

  // A copy of the request may have met a responder whose store does not know the key.
  test('for a key that was used with another input may have run elsewhere', async () => {
    const replyStore = {
      claim: () => Promise.resolve({ kind: 'conflict' } as const),
      record: () => Promise.resolve(true),
      renew: () => Promise.resolve(true),
      abandon: () => Promise.resolve(),
    };
    const handlers = { run: () => 0 };
    const conflicting = openAnswerer({ contract: one, handlers, replyStore });
    await conflicting.answer({ input: 1, receiveCount: 1 });
    expect(conflicting.error()).toMatchObject({ code: 'CONFLICT', ran: true });
  });
});

test('what a transformer throws on a bad input reaches the observer at bounded length', async () => {
  const transformer = {
    serialize: (value: unknown) => value,
    deserialize: (value: unknown) => {
      throw new Error(`bad value: ${JSON.stringify(value)}`);
    },
  };
  const t = initTRPC.create({ transformer });
  const router = t.router({ run: t.procedure.mutation(() => 1) });
  const rig = openAnswerer({ router });
  await rig.answer({ input: 'x'.repeat(900_000), header: { content: 'trpc' } });
  const refusals = rig.events.filter((event) => event.kind === 'requestRefused');
  expect(refusals).toMatchObject([{ reason: 'badInput' }]);
  expect(JSON.stringify(rig.events).length).toBeLessThan(1000);
});

describe('over a queue', () => {
  let rig: ResponderRig;
  let world: World;

  beforeEach(() => {
    rig = openResponder();
    ({ world } = rig);
  });

  afterEach(async () => {
    await world.runtime.run(rig.responder.close());
    await world.close();
    expect(world.runtime.timerCount()).toBe(0);
  });

  test('a caller learns that a request given back by a closing responder may have run', async () => {
    const options = { drainMs: 100, handlers: { run: () => new Promise(() => {}) } };
    const first = rig.make(options);
    await world.runtime.run(first.start());
    const failing = world.requester
      .client(one)
      .run(1)
      .catch((error: unknown) => error);
    await world.runtime.advance(100);
    await world.runtime.run(first.close());
    const createContext = (): never => {
      throw new Error('no database');
    };
    await world.runtime.run(rig.make({ createContext }).start());
    const error = await world.runtime.run(failing);
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', maybeExecuted: true });
  });

  test('a request whose visibility was lost is not run twice by the one that holds it', async () => {
    await world.runtime.run(rig.make({ visibilityMs: 3000, waitMs: 1000 }).start());
    const call = rig.ask(20_000);
    await world.runtime.advance(100);
    world.faults.changeVisibilityBatch = async () => ({ kind: 'throttled', error: 'slow down' });
    await world.runtime.advance(6000);
    delete world.faults.changeVisibilityBatch;
    expect(await world.runtime.run(call)).toBe(20_000);
    await world.runtime.advance(5000);
    expect(rig.started).toEqual([20_000]);
    expect(await rig.left()).toEqual({ visible: 0, inFlight: 0 });
  });

  test.each([
    ['two attempts are sent at the third', 2, [5], memoryReplyStore],
    ['three attempts are answered from the store, not run again', 3, [5], memoryReplyStore],
    ['three attempts run again where nothing is remembered', 3, [5, 5], () => noReplyStore],
  ])('replies whose credentials fail in %s', async (_, failures, started, store) => {
    const replyStore = store({ runtime: world.runtime });
    await world.runtime.run(rig.make({ waitMs: 1000, replyStore }).start());
    let left = failures;
    const send = world.service.sendBatch.bind(world.service);
    world.faults.sendBatch = async (request) =>
      (left -= 1) >= 0 ? { kind: 'credentials', error: 'ExpiredToken' } : send(request);
    expect(await world.runtime.run(rig.ask(5))).toBe(5);
    expect(rig.started).toEqual(started);
    const undeliverable = world.events.filter(({ kind }) => kind === 'replyUndeliverable');
    expect(undeliverable).toHaveLength(failures - 2);
    await world.runtime.advance(1000);
    expect(await rig.left()).toEqual({ visible: 0, inFlight: 0 });
  });

  test('a FIFO reply queue gets its replies', async () => {
    await world.service.createQueue({ name: 'answers.fifo', attributes: { fifo: true } });
    const replyTo = { queues: ['answers.fifo'], fifo: true };
    await world.runtime.run(rig.make({ replyTo }).start());
    const requests = await world.service.getQueueUrl({ name: 'one' });
    const answers = await world.service.getQueueUrl({ name: 'answers.fifo' });
    if (requests.kind !== 'ok' || answers.kind !== 'ok') throw new Error('no queues');
    const at = world.runtime.nowMs();
    const header = { v: 1, type: 'mutation', timeoutMs: 10_000, at, content: 'json' };
    // The same call twice, and one without a virtual queue: none is taken for a duplicate.
    const entries = ['#abc', '#abc', ''].map((virtualQueue) => ({
      body: '1',
      attributes: {
        ResponseQueueUrl: { type: 'String', value: `${answers.queueUrl}${virtualQueue}` },
        'replyq.procedure': { type: 'String', value: 'run' },
        replyq: { type: 'String', value: JSON.stringify(header) },
      },
    }));
    await world.service.sendBatch({ ...requests, entries });
    // The second came while the first was running.
    await world.runtime.advance(2000);
    const request = { ...answers, maxMessages: 10, waitMs: 0, visibilityMs: 1000 };
    const received = await world.service.receive(request);
    if (received.kind !== 'ok') throw new Error(received.error);
    expect(received.messages.map(({ body }) => body)).toEqual(['1', '1', '1']);
    expect(received.messages.map(({ groupId }) => groupId).slice(0, 2)).toEqual(['abc', 'abc']);
    expect(await rig.left()).toEqual({ visible: 0, inFlight: 0 });
  });
});
