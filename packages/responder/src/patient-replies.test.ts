// How long replies wait for company, and what comes of that.
import { defineContract, mutation, task } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { createVirtualRuntime } from '@replyq/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createResponder } from './create-responder.ts';
import { memoryReplyStore } from './memory-reply-store.ts';
import type { ReplyStore } from './reply-store.ts';
import { openAnswerer, type Ask, type Rig } from './testing/answerer-rig.ts';
import { openWorld, type World } from './testing/world.ts';

/** Of calls that take longer than 30 s, no two share a message. */
const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.number(), timeoutMs: 25_000 }),
  tell: task({ input: z.number(), output: z.number(), progress: z.number() }),
});

describe('the patience of a reply', () => {
  function open(): Rig {
    const runtime = createVirtualRuntime();
    const run = async ({ input }: { readonly input: number }): Promise<number> => {
      await sleep(runtime, input);
      return input;
    };
    return openAnswerer({ contract: one, handlers: { run, tell: run } }, runtime);
  }

  test.each([
    { ageMs: 0, handlerMs: 2000, waits: 100 },
    { ageMs: 3000, handlerMs: 1000, waits: 200 },
    // A backlog makes calls old; their replies are not slow.
    { ageMs: 3000, handlerMs: 20, waits: 20 },
    { ageMs: 3000, handlerMs: 0, waits: 0 },
  ])('of $ageMs ms and a handler of $handlerMs: $waits', async ({ ageMs, handlerMs, waits }) => {
    const rig = open();
    await rig.answer({ input: handlerMs, ageMs, header: { timeoutMs: 60_000 } });
    expect(rig.replies.map(({ patienceMs }) => patienceMs)).toEqual([waits]);
  });

  test.each([
    { handlerMs: 100, waits: 40 },
    { handlerMs: 20, waits: -40 },
  ])('of a handler of $handlerMs ms, less what the store takes', async ({ handlerMs, waits }) => {
    const runtime = createVirtualRuntime();
    const inner = memoryReplyStore({ runtime });
    const replyStore: ReplyStore = {
      claim: (request) => inner.claim(request),
      renew: (token, leaseMs) => inner.renew(token, leaseMs),
      abandon: (token) => inner.abandon(token),
      record: async (token, reply) => {
        await sleep(runtime, 60);
        return inner.record(token, reply);
      },
    };
    const run = ({ input }: { readonly input: number }): Promise<number> =>
      sleep(runtime, handlerMs).then(() => input);
    const rig = openAnswerer({ contract: one, handlers: { run, tell: run }, replyStore }, runtime);
    await rig.answer({ ...old, input: 1 });
    expect(rig.replies.map(({ patienceMs }) => patienceMs)).toEqual([waits]);
  });

  test('is none once the responder drains', async () => {
    const rig = open();
    const answering = rig.begin({ ...old, input: 500 });
    await rig.runtime.advance(100);
    rig.draining.abort();
    await rig.runtime.run(answering);
    expect(rig.replies.map(({ patienceMs }) => patienceMs)).toEqual([0]);
  });

  const old: Ask = { ageMs: 8000, header: { timeoutMs: 60_000 } };

  test.each<[string, Ask]>([
    ['a refusal', { ...old, procedure: 'nowhere' }],
    ['bad input', { ...old, body: '{' }],
  ])('is none of %s', async (_, ask) => {
    const rig = open();
    await rig.answer(ask);
    expect(rig.replies.map(({ patienceMs }) => patienceMs)).toEqual([0]);
  });

  test('is none of what is stored', async () => {
    const rig = open();
    await rig.answer({ ...old, input: 2000 });
    await rig.answer({ ...old, input: 2000, receiveCount: 2 });
    expect(rig.replies.map(({ patienceMs }) => patienceMs)).toEqual([250 * 2, 0]);
  });
});

describe('replies that wait', () => {
  interface Load {
    readonly world: World;
    readonly concurrency: number;
    readonly handlerMs: (input: number) => number;
    readonly queue?: string;
  }

  function responderOf({ concurrency, handlerMs, queue = 'one', world }: Load) {
    return createResponder({
      transport: world.transport,
      contract: one,
      queue,
      create: true,
      concurrency,
      handlers: {
        run: async ({ input }) => {
          await sleep(world.runtime, handlerMs(input));
          return input;
        },
        tell: ({ input }) => input,
      },
    });
  }

  test('share requests with others, and so do the calls of who is answered slowly', async () => {
    const world = openWorld();
    const { runtime, service } = world;
    const sends: string[] = [];
    const transport = memoryTransport({
      service,
      runtime,
      observer: (event) => {
        if (event.kind === 'apiRequest' && event.operation === 'SendMessageBatch') sends.push('');
      },
    });
    const requester = createRequester({ transport });
    const responder = responderOf({ world, concurrency: 100, handlerMs: (input) => 1000 + input });
    await runtime.run(responder.start());
    const client = requester.client(one);
    const startedMs = runtime.monotonicMs();
    const callers = Array.from({ length: 100 }, async (_, caller) => {
      for (let round = 0; round < 20; round += 1) await client.run(caller);
    });
    await runtime.run(Promise.all(callers));
    // 2,000 calls, each of which would find room for a request of its own.
    const replies = world.events.filter(
      (event) => event.kind === 'apiRequest' && event.operation === 'SendMessageBatch',
    );
    expect(replies.length).toBeLessThan(450);
    expect(sends.length).toBeLessThan(450);
    // 20 s for the first caller, 22 s for the last, and a tenth at most.
    expect(runtime.monotonicMs() - startedMs).toBeLessThanOrEqual(24_200);
    await runtime.run(responder.close());
    await runtime.run(requester.close());
    await runtime.run(transport.close());
    await world.close();
  });

  test.each([
    { concurrency: 1, handlerMs: 10, everyMs: 40 },
    { concurrency: 4, handlerMs: 5, everyMs: 10 },
    { concurrency: 16, handlerMs: 20, everyMs: 3 },
  ])(
    'do not keep a responder of $concurrency slots slow once it has stood still',
    async ({ concurrency, everyMs, handlerMs }) => {
      const world = openWorld();
      const { runtime, requester } = world;
      const stillUntilMs = runtime.monotonicMs() + 5000;
      const responder = responderOf({
        world,
        concurrency,
        handlerMs: () => Math.max(handlerMs, stillUntilMs - runtime.monotonicMs()),
      });
      await runtime.run(responder.start());
      const client = requester.client(one);
      let waitedMs = 0;
      const calls: Promise<void>[] = [];
      for (let atMs = 0; atMs < 20_000; atMs += everyMs) {
        const sentMs = runtime.monotonicMs();
        calls.push(
          client.run(0).then(() => {
            waitedMs = runtime.monotonicMs() - sentMs;
          }),
        );
        await runtime.advance(everyMs);
      }
      await runtime.run(Promise.all(calls));
      // The last one's.
      expect(waitedMs).toBeLessThanOrEqual(handlerMs * 2);
      await runtime.run(responder.close());
      await world.close();
    },
  );

  test('leave no slots idle over a long way, where they make fuller messages', async () => {
    const world = openWorld({}, 12);
    const { runtime, requester } = world;
    const handlerMs = (): number => 18 + 4 * runtime.random();
    const responder = responderOf({ world, concurrency: 16, handlerMs });
    await runtime.run(responder.start());
    const client = requester.client(one);
    let answered = 0;
    const callers = Array.from({ length: 64 }, async (_, caller) => {
      await sleep(runtime, 20 * runtime.random());
      while (runtime.monotonicMs() < 16_000) {
        await client.run(caller);
        if (runtime.monotonicMs() >= 8000) answered += 1;
      }
    });
    await runtime.run(Promise.all(callers));
    // Of 800 that the slots could do, less the way of what frees them.
    expect(answered / 8).toBeGreaterThan(400);
    await runtime.run(responder.close());
    await world.close();
  });

  test('are none where a group’s next request waits for them', async () => {
    const world = openWorld();
    const { runtime, requester } = world;
    const responder = responderOf({
      world,
      queue: 'one.fifo',
      concurrency: 10,
      handlerMs: () => 20,
    });
    await runtime.run(responder.start());
    const client = requester.client(one, { queue: 'one.fifo' });
    const startedMs = runtime.monotonicMs();
    const callsOf = (groupId: string): Promise<number>[] =>
      Array.from({ length: 50 }, (_, n) => client.run(n, { groupId }));
    const calls = callsOf('a');
    await runtime.advance(10);
    // By turns, so that each reply finds that another one has just left.
    await runtime.run(Promise.all([...calls, ...callsOf('b')]));
    expect(runtime.monotonicMs() - startedMs).toBe(1010);
    await runtime.run(responder.close());
    await world.close();
  });
});
