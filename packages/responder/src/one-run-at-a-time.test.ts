// A request whose other run has not ended, whatever has become of its caller.
import { defineContract, mutation } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { initTRPC, TRPCError } from '@trpc/server';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createResponder } from './create-responder.ts';
import { memoryReplyStore } from './memory-reply-store.ts';
import type { ReplyStore } from './reply-store.ts';
import { openAnswerer, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.number(), timeoutMs: 30_000 }),
});
const KEYED = { header: { key: 'order-5' } };
const AGAIN = {
  ...KEYED,
  messageId: 'message-2',
  frame: { replyTo: 'http://q/000000000000/__RequesterClientQueues__me#call-2' },
};
const RELEASE = { kind: 'release' };
const slot = { handled: (): void => undefined, letGo: (): void => undefined };

let runtime: VirtualRuntime;
let running: number;
let most: number;
let ran: number;

beforeEach(() => {
  runtime = createVirtualRuntime();
  running = 0;
  most = 0;
  ran = 0;
});

/** It takes as many milliseconds as its input says, whatever its signal says. */
async function stubborn({ input }: { readonly input: number }): Promise<number> {
  ran += 1;
  most = Math.max(most, (running += 1));
  await sleep(runtime, input);
  running -= 1;
  return ran;
}

function open(replyStore: ReplyStore): Rig {
  return openAnswerer({ contract: one, replyStore, handlers: { run: stubborn } }, runtime);
}

describe('a handler that ignores its signal', () => {
  test('is not run beside itself when its caller tries again', async () => {
    const rig = open(memoryReplyStore({ runtime }));
    void rig.begin({ input: 30_000, ...KEYED });
    // Its deadline is a second, the grace five.
    await runtime.advance(7000);
    void rig.begin({ input: 30_000, ...AGAIN, slot });
    await runtime.advance(60_000);
    expect([most, ran]).toEqual([1, 1]);
  });

  test('is answered for when it has ended after all', async () => {
    const rig = open(memoryReplyStore({ runtime }));
    void rig.begin({ input: 10_000, ...KEYED });
    await runtime.advance(7000);
    const second = rig.begin({
      slot,
      input: 10_000,
      ...AGAIN,
      header: { key: 'order-5', timeoutMs: 9000 },
    });
    expect(await runtime.run(second)).toEqual({ kind: 'ack' });
    expect(ran).toBe(1);
    expect(rig.replies.at(-1)).toMatchObject({ body: '1' });
  });

  test('that a closing responder gives up keeps its claim until the lease has run out', async () => {
    const store = memoryReplyStore({ runtime });
    const [closing, other] = [open(store), open(store)];
    const first = closing.begin({ input: 3000, header: { timeoutMs: 20_000 } });
    await runtime.advance(100);
    closing.closing.abort();
    expect(await runtime.run(first)).toEqual({ kind: 'release', delayMs: 0 });
    expect(runtime.timerCount()).toBe(1); // The handler's own.
    const second = other.begin({ slot, input: 3000, header: { timeoutMs: 60_000 } });
    await runtime.advance(5000);
    expect([most, ran]).toEqual([1, 1]);
    await runtime.advance(20_000);
    expect([most, ran]).toEqual([1, 1]);
    // Who waited has kept no slot: the request comes again, and runs then.
    expect(await second).toMatchObject(RELEASE);
  });
});

test('what a given-up handler comes to and the store fails to record is let go of, though a renewal is on its way', async () => {
  const asked: string[] = [];
  const rig = open({
    claim: () => ({ kind: 'run', token: 't' }),
    renew: () => (asked.push('renew'), sleep(runtime, 100).then(() => true)),
    record: () => (asked.push('record'), Promise.reject(new Error('down'))),
    abandon: () => void asked.push('abandon'),
  });
  // A lease of 10 s is renewed each third of it; it ends 50 ms after the third time.
  void rig.begin({ input: 10_050 });
  await runtime.advance(200_000);
  expect(asked).toEqual(['renew', 'renew', 'renew', 'record', 'abandon']);
  expect(rig.events).toContainEqual(expect.objectContaining({ kind: 'answererFailed' }));
  expect(runtime.timerCount()).toBe(0);
});

test('a drained responder leaves no timer behind for a handler that it has given up', async () => {
  const transport = memoryTransport({ runtime });
  const handlers = { run: () => new Promise<never>(() => {}) };
  const responder = createResponder({ transport, contract: one, create: true, handlers });
  await runtime.run(responder.start());
  const requester = createRequester({ transport });
  await runtime.run(
    requester
      .client(one)
      .run(1, { timeoutMs: 1000 })
      .catch(() => undefined),
  );
  await runtime.run(requester.close());
  await runtime.advance(10_000);
  await runtime.run(responder.drain());
  await runtime.run(transport.close());
  expect(runtime.timerCount()).toBe(0);
});

describe('a request that another run is busy with', () => {
  test('keeps out no others, however many copies of it come', async () => {
    const transport = memoryTransport({ runtime });
    const ran: number[] = [];
    const responder = createResponder({
      transport,
      contract: one,
      create: true,
      concurrency: 2,
      handlers: {
        run: async ({ input }) => {
          await sleep(runtime, input);
          ran.push(input);
          return input;
        },
      },
    });
    await runtime.run(responder.start());
    const requester = createRequester({ transport });
    const client = requester.client(one);
    const slow = Array.from({ length: 20 }, () =>
      client.run(60_000, { idempotencyKey: 'slow', timeoutMs: 120_000 }),
    );
    await runtime.advance(5000);
    expect(await runtime.run(client.run(10, { timeoutMs: 20_000 }))).toBe(10);
    expect(await runtime.run(Promise.all(slow))).toEqual(slow.map(() => 60_000));
    expect(ran).toEqual([10, 60_000]);
    await runtime.run(requester.close());
    await runtime.run(responder.close());
    await runtime.run(transport.close());
  });

  test('waits for it, and is received once', async () => {
    const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
    const dead = await service.createQueue({ name: 'dead' });
    if (dead.kind !== 'ok') throw new Error(dead.error);
    const found = await service.getQueueAttributes(dead);
    if (found.kind !== 'ok') throw new Error(found.error);
    const redrive = { deadLetterArn: found.attributes.arn, maxReceiveCount: 5 };
    await service.createQueue({ name: 'one', attributes: { redrive } });
    const transport = memoryTransport({ service, runtime });
    const responder = createResponder({ transport, contract: one, handlers: { run: stubborn } });
    await runtime.run(responder.start());
    const requester = createRequester({ transport });
    const client = requester.client(one);
    const first = client.run(12_000, { idempotencyKey: 'order-5' });
    await runtime.advance(2000);
    const second = client.run(12_000, { idempotencyKey: 'order-5' });
    await runtime.advance(2000);
    expect(responder.health().runningHandlers).toBe(1);
    expect(await runtime.run(Promise.all([first, second]))).toEqual([1, 1]);
    await runtime.run(requester.close());
    await runtime.run(responder.close());
    const left = await service.getQueueAttributes(dead);
    expect(left).toMatchObject({ attributes: { visibleCount: 0, inFlightCount: 0 } });
    await runtime.run(transport.close());
  });

  test('is given back at once by a responder that closes', async () => {
    const rig = open({
      claim: () => ({ kind: 'busy', retryInMs: 1000 }),
      renew: () => true,
      record: () => true,
      abandon: () => undefined,
    });
    const answer = rig.begin({ slot, input: 1, header: { timeoutMs: 60_000 } });
    await runtime.advance(5500);
    rig.closing.abort();
    expect(await runtime.run(answer)).toEqual({ kind: 'release', delayMs: 0 });
    expect(runtime.monotonicMs()).toBe(5500);
    expect(runtime.timerCount()).toBe(0);
  });

  test('is dropped when its own caller waits no longer', async () => {
    const rig = open({
      claim: () => ({ kind: 'busy', retryInMs: 1000 }),
      renew: () => true,
      record: () => true,
      abandon: () => undefined,
    });
    const answer = rig.begin({ slot, input: 1, header: { timeoutMs: 2500 } });
    expect(await runtime.run(answer)).toEqual({ kind: 'ack' });
    expect(rig.events).toContainEqual(expect.objectContaining({ kind: 'requestExpired' }));
  });
});

describe('a failure from before the procedure of a plain router', () => {
  const t = initTRPC.context<object>().create();

  test.each([
    ['a context that cannot be made', new Error('the auth service is down'), undefined],
    ['a middleware that refuses', undefined, new TRPCError({ code: 'UNAUTHORIZED' })],
  ])('%s is no answer to its key', async (_, contextFails, middlewareFails) => {
    let attempts = 0;
    const guarded = t.procedure.use(({ next }) => {
      if (middlewareFails !== undefined && attempts === 1) throw middlewareFails;
      return next();
    });
    const router = t.router({ run: guarded.input(z.number()).mutation(() => (ran += 1)) });
    const createContext = (): object => {
      attempts += 1;
      if (contextFails !== undefined && attempts === 1) throw contextFails;
      return {};
    };
    const rig = openAnswerer({ router, createContext }, runtime);
    await rig.answer({ input: 1, ...KEYED });
    await rig.answer({ input: 1, ...AGAIN });
    expect([ran, attempts]).toEqual([1, 2]);
  });
});
