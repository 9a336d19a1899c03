// Responders that share a store that remembers: in one process, and over a file.
import { defineContract, mutation, query } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { memoryReplyStore } from './memory-reply-store.ts';
import type { ReplyStore } from './reply-store.ts';
import { sqliteReplyStore } from './sqlite.ts';
import { openAnswerer, type Ask, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.number() }),
  other: mutation({ input: z.number(), output: z.number() }),
  ask: query({ input: z.number(), output: z.number() }),
});
const ACK = { kind: 'ack' };
const KEYED = { header: { key: 'order-5' } };

interface Shared {
  readonly stores: readonly [ReplyStore, ReplyStore];
  close(): void;
}

const SHARED: Readonly<Record<string, (runtime: VirtualRuntime) => Shared>> = {
  memory: (runtime) => {
    const store = memoryReplyStore({ runtime });
    return { stores: [store, store], close() {} };
  },
  sqlite: (runtime) => {
    const directory = mkdtempSync(join(tmpdir(), 'replyq-'));
    const options = { file: join(directory, 'replies.db'), runtime };
    const stores = [sqliteReplyStore(options), sqliteReplyStore(options)] as const;
    return {
      stores,
      close() {
        for (const store of stores) store.close();
        rmSync(directory, { recursive: true });
      },
    };
  },
};

describe.each(Object.entries(SHARED))('two responders over %s', (_, share) => {
  let shared: Shared;
  let runtime: VirtualRuntime;
  let ran: number[];
  let first: Rig;
  let second: Rig;

  beforeEach(() => {
    runtime = createVirtualRuntime();
    shared = share(runtime);
    ran = [];
    const run = async ({ input }: { readonly input: number }): Promise<number> => {
      ran.push(input);
      if (input < 0) throw new Error('negative');
      await sleep(runtime, input);
      return ran.length;
    };
    const handlers = { run, other: run, ask: run };
    const [a, b] = shared.stores;
    first = openAnswerer({ contract: one, handlers, replyStore: a }, runtime);
    second = openAnswerer({ contract: one, handlers, replyStore: b }, runtime);
  });

  afterEach(() => {
    shared.close();
    expect(runtime.timerCount()).toBe(0);
  });

  test('a request that was answered and comes again is answered from the store, not run', async () => {
    expect(await first.answer({ input: 5 })).toEqual(ACK);
    expect(await second.answer({ input: 5, receiveCount: 2 })).toEqual(ACK);
    expect([first.result(), second.result(), ran]).toEqual([1, 1, [5]]);
  });

  test('a request that was sent on is answered from the store by its call id', async () => {
    await first.answer({ input: 5 });
    await second.answer({ input: 5, header: { try: 2 } });
    expect([second.result(), ran]).toEqual([1, [5]]);
  });

  test('an error is remembered like a result, but not one from before the handler', async () => {
    await first.answer({ input: -1 });
    await second.answer({ input: -1 });
    expect(second.error()).toEqual(first.error());
    expect(ran).toEqual([-1]);
    const frame = { replyTo: 'http://q/000000000000/__RequesterClientQueues__me#call-2' };
    await first.answer({ body: '"x"', frame });
    expect(first.error()).toMatchObject({ code: 'BAD_REQUEST' });
    await second.answer({ input: 3, frame });
    expect(ran).toEqual([-1, 3]);
  });

  test('a reply that could not be sent is sent when the request comes again', async () => {
    first.outcomes.push({ kind: 'refused', reason: 'unavailable', error: 'no' });
    expect(await first.answer({ input: 5 })).toEqual({ kind: 'release', delayMs: 1000 });
    expect(await second.answer({ input: 5 })).toEqual(ACK);
    expect([second.result(), ran]).toEqual([1, [5]]);
  });

  test('a request that comes while it runs is given back, and then answered', async () => {
    const running = first.begin({ input: 500 });
    await runtime.settle();
    expect(await second.answer({ input: 500 })).toEqual({ kind: 'release', delayMs: 1000 });
    await runtime.run(running);
    expect(await second.answer({ input: 500 })).toEqual(ACK);
    expect(ran).toEqual([500]);
  });

  test('a run that renews its lease is not run a second time, however long it takes', async () => {
    const asked: Ask = { input: 45_000, header: { timeoutMs: 60_000 } };
    const running = first.begin(asked);
    for (let n = 0; n < 40; n += 1) {
      await runtime.advance(1000);
      expect(await second.begin(asked)).toMatchObject({ kind: 'release' });
    }
    expect(await runtime.run(running)).toEqual(ACK);
    expect(ran).toEqual([45_000]);
  });

  test('a run whose responder died is run by another within the lease', async () => {
    const { stores } = shared;
    const dead = {
      ...stores[0],
      claim: stores[0].claim.bind(stores[0]),
      renew: () => expect.fail(),
      record: () => expect.fail(),
      abandon: () => expect.fail(),
    };
    const handlers = { run: () => new Promise<number>(() => {}), other: () => 1, ask: () => 1 };
    const asked: Ask = { input: 5, header: { timeoutMs: 60_000 } };
    const dying = openAnswerer(
      { contract: one, handlers, replyStore: dead },
      createVirtualRuntime(),
    );
    void dying.begin(asked);
    await runtime.advance(9999);
    expect(await second.begin(asked)).toEqual({ kind: 'release', delayMs: 1 });
    await runtime.advance(1);
    expect(await runtime.run(second.begin(asked))).toEqual(ACK);
    expect(ran).toEqual([5]);
  });

  describe('the same idempotency key', () => {
    test('of another call gets the reply of the first', async () => {
      await first.answer({ input: 5, ...KEYED });
      const frame = { replyTo: 'http://q/000000000000/__RequesterClientQueues__me#call-2' };
      expect(await second.answer({ input: 5, ...KEYED, frame })).toEqual(ACK);
      expect(second.replies).toMatchObject([{ virtualQueue: 'call-2', body: '1' }]);
      expect(ran).toEqual([5]);
    });

    test('of a run that was cut short by its deadline runs again', async () => {
      const late = openAnswerer(
        {
          contract: one,
          replyStore: shared.stores[0],
          handlers: {
            run: async ({ input, signal }) => {
              ran.push(input);
              await sleep(runtime, 60_000, { signal });
              throw signal.reason;
            },
            other: () => 1,
            ask: () => 1,
          },
        },
        runtime,
      );
      expect(await late.answer({ input: 5, ...KEYED })).toEqual(ACK);
      expect(runtime.monotonicMs()).toBe(1000);
      await second.answer({ input: 5, ...KEYED });
      expect([second.result(), ran]).toEqual([2, [5, 5]]);
    });

    test('with another input is CONFLICT', async () => {
      await first.answer({ input: 5, ...KEYED });
      expect(await second.answer({ input: 6, ...KEYED })).toEqual(ACK);
      expect(second.error()).toMatchObject({ code: 'CONFLICT' });
      expect(ran).toEqual([5]);
    });

    test('of another sender or procedure is another key', async () => {
      await first.answer({ input: 5, ...KEYED });
      await second.answer({ input: 6, ...KEYED, senderId: 'bob' });
      await second.answer({ input: 7, ...KEYED, procedure: 'other' });
      expect(ran).toEqual([5, 6, 7]);
    });

    test('of a request that was sent on opens nobody’s reply', async () => {
      await first.answer({ input: 5, ...KEYED });
      const frame = { replyTo: 'http://q/000000000000/__RequesterClientQueues__him#call-2' };
      const header = { ...KEYED.header, try: 2 };
      await second.answer({ input: 5, header, frame, senderId: 'mallory' });
      expect([second.result(), ran]).toEqual([2, [5, 5]]);
    });

    test('runs again after the retention', async () => {
      await first.answer({ input: 5, ...KEYED });
      await runtime.advance(86_400_000 - 10);
      await second.answer({ input: 5, ...KEYED });
      expect(ran).toEqual([5]);
      await runtime.advance(10);
      await second.answer({ input: 5, ...KEYED });
      expect(ran).toEqual([5, 5]);
    });
  });

  test('a query runs each time, unless it carries a key', async () => {
    const asked: Ask = { procedure: 'ask', input: 1, header: { type: 'query' } };
    await first.answer(asked);
    await second.answer(asked);
    expect(ran).toEqual([1, 1]);
    const keyed = { ...asked, header: { ...asked.header, key: 'k' } };
    await first.answer(keyed);
    await second.answer(keyed);
    expect(ran).toEqual([1, 1, 1]);
  });

  test('two frames of one message that are tasks without a key both run', async () => {
    await first.answer({ task: true, input: 1 });
    await first.answer({ task: true, input: 2 });
    expect(ran).toEqual([1, 2]);
  });
});

test('a responder whose store is closed under it gives its requests back, and goes on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'replyq-'));
  const replyStore = sqliteReplyStore({ file: join(directory, 'replies.db') });
  const handlers = { run: () => 1, other: () => 1, ask: () => 1 };
  const rig = openAnswerer({ contract: one, handlers, replyStore });
  replyStore.close();
  rmSync(directory, { recursive: true });
  expect(await rig.answer({ input: 1 })).toEqual({ kind: 'release', delayMs: 1000 });
  expect(rig.events).toMatchObject([{ kind: 'answererFailed', error: { code: 'CLOSED' } }]);
  expect(await rig.answer({ input: 1, procedure: 'ask', header: { type: 'query' } })).toEqual(ACK);
});
