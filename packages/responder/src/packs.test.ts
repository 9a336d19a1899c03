// What a responder says of packed messages, and what it does with those that it gets.
import { formatReplyAddress, readMessage, writePack, type WireFrame } from '@replyq/contract/wire';
import { defineContract, mutation, query } from '@replyq/contract';
import type { QueueTransportOptions } from '@replyq/queue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createResponder, type Responder } from './create-responder.ts';
import { noReplyStore, type ReplyStore } from './reply-store.ts';
import { openAnswerer } from './testing/answerer-rig.ts';
import { openWorld, type World } from './testing/world.ts';

const one = defineContract('one', {
  run: mutation({ input: z.number(), output: z.number(), timeoutMs: 20_000 }),
  ask: query({ output: z.string() }),
});

describe('A4: what comes again in one message with others', () => {
  const ran: unknown[] = [];
  const open = (replyStore: ReplyStore = noReplyStore): ReturnType<typeof openAnswerer> =>
    openAnswerer({
      contract: one,
      replyStore,
      handlers: { run: ({ input }) => (ran.push(input), input), ask: () => 'x' },
    });
  const AGAIN = { separable: true, receiveCount: 2 };

  beforeEach(() => {
    ran.length = 0;
  });

  test('is given back at once and not run, and not known to the store as run', async () => {
    const told: string[] = [];
    const rig = open({
      ...noReplyStore,
      claim: () => (told.push('claim'), { kind: 'run', token: 't' }),
      abandon: (token) => void told.push(`abandon ${token as string}`),
    });
    expect(await rig.answer({ input: 1, ...AGAIN })).toEqual({ kind: 'release', delayMs: 0 });
    expect([ran, rig.replies, told]).toEqual([[], [], ['claim', 'abandon t']]);
  });

  test('is run where it comes for the first time, or cannot be parted from the others', async () => {
    const rig = open();
    const first = { separable: true, receiveCount: 1 };
    expect(await rig.answer({ input: 1, ...first })).toEqual({ kind: 'ack' });
    const whole = { separable: false, receiveCount: 2 };
    expect(await rig.answer({ input: 2, ...whole })).toEqual({ kind: 'ack' });
    expect(ran).toEqual([1, 2]);
  });

  test('is answered from the store where it has run before', async () => {
    const reply = { kind: 'result', content: 'json', body: '7' } as const;
    const rig = open({ ...noReplyStore, claim: () => ({ kind: 'stored', reply }) });
    expect(await rig.answer({ input: 1, ...AGAIN })).toEqual({ kind: 'ack' });
    expect([ran, rig.result()]).toEqual([[], 7]);
  });

  test('goes back for as long as another run of it holds the store’s lease', async () => {
    const rig = open({ ...noReplyStore, claim: () => ({ kind: 'busy', retryInMs: 700 }) });
    expect(await rig.answer({ input: 1, ...AGAIN })).toEqual({ kind: 'release', delayMs: 700 });
  });

  test('is dropped where its time is over, and refused where it cannot run', async () => {
    const rig = open();
    expect(await rig.answer({ input: 1, ageMs: 1000, ...AGAIN })).toEqual({ kind: 'ack' });
    expect(await rig.answer({ procedure: 'nobody', ...AGAIN })).toEqual({ kind: 'ack' });
    expect(rig.kinds()).toEqual(['requestExpired', 'requestRefused', 'replySent']);
  });
});

describe('a request that was sent on', () => {
  const counts: number[] = [];
  const rig = openAnswerer({
    contract: one,
    createContext: ({ receiveCount }) => {
      counts.push(receiveCount);
      throw new Error('no database');
    },
    handlers: { run: ({ input }) => input, ask: () => 'x' },
  });

  test.each([
    ['by createContext', { input: 1 }],
    ['for its input', { body: '{' }],
    ['for its procedure', { procedure: 'nobody' }],
  ])('may have run before, though it is refused %s', async (_, ask) => {
    await rig.answer({ ...ask, header: { try: 1 } });
    expect(rig.error()).toMatchObject({ ran: false });
    await rig.answer({ ...ask, header: { try: 2 } });
    expect(rig.error()).toMatchObject({ ran: true });
  });

  test('tells its handler of all the times that it may have been received', async () => {
    counts.length = 0;
    await rig.answer({ input: 1, header: { try: 3 }, receiveCount: 2 });
    expect(counts).toEqual([4]);
    expect(rig.events).toContainEqual(
      expect.objectContaining({ kind: 'handlerStarted', receiveCount: 4 }),
    );
  });
});

describe('over a queue', () => {
  let world: World;
  let responders: Responder[];
  /** Messages that were sent to reply queues. */
  let replies: (readonly WireFrame[])[];

  function open(options: QueueTransportOptions = {}): void {
    world = openWorld(options);
    const send = world.service.sendBatch.bind(world.service);
    world.faults.sendBatch = (request) => {
      if (!request.queueUrl.endsWith('/one'))
        replies.push(...request.entries.map((each) => readMessage(each)));
      return send(request);
    };
  }

  async function start(options: object = {}): Promise<Responder> {
    const { observer, runtime, transport } = world;
    const responder = createResponder({
      transport,
      observer,
      contract: one,
      create: true,
      waitMs: 1000,
      handlers: { run: ({ input }) => input, ask: () => 'x' },
      ...options,
    });
    responders.push(responder);
    await runtime.run(responder.start());
    return responder;
  }

  /** Requests in one message, as of a requester that nobody waits at. */
  async function putPack(frames: readonly Partial<WireFrame>[]): Promise<void> {
    const { runtime, service } = world;
    await service.createQueue({ name: 'one' });
    const host = await service.createQueue({ name: '__RequesterClientQueues__test-0' });
    const found = await service.getQueueUrl({ name: 'one' });
    if (host.kind !== 'ok' || found.kind !== 'ok') throw new Error('no queues');
    const at = runtime.nowMs();
    const pack = writePack(
      frames.map((frame, id) => ({
        replyTo: formatReplyAddress(host.queueUrl, `call-${id}`),
        procedure: 'run',
        header: { v: 1, type: 'mutation', timeoutMs: 20_000, at, content: 'json' },
        body: String(id),
        attributes: {},
        ...frame,
      })),
    );
    await service.sendBatch({ queueUrl: found.queueUrl, entries: [pack] });
  }

  beforeEach(() => {
    responders = [];
    replies = [];
  });

  afterEach(async () => {
    for (const responder of responders) await world.runtime.run(responder.close());
    await world.close();
    expect(world.runtime.timerCount()).toBe(0);
  });

  test.each([
    [{}, 32],
    [{ concurrency: 1000 }, 32],
    [{ concurrency: 32 }, 32],
    [{ concurrency: 31 }, 31],
    [{ concurrency: 1 }, 1],
    [{ concurrency: 4, packs: 100 }, 100],
    [{ packs: 0 }, 0],
  ])('a responder with %o tells its callers %i', async (options, packs) => {
    open();
    await start(options);
    await world.runtime.run(world.requester.client(one).run(1));
    expect(replies.flat().map(({ header }) => header?.['packs'])).toEqual([packs]);
  });

  test.each([-1, 257, 1.5])('packs: %d is refused with its bounds', (packs) => {
    open();
    const { transport } = world;
    const handlers = { run: () => 1, ask: () => 'x' };
    expect(() => createResponder({ transport, contract: one, handlers, packs })).toThrow(
      `packs is ${packs}: expected an integer from 0 to 256.`,
    );
  });

  test('a responder whose transport does not pack, and one of a FIFO queue, tell 0', async () => {
    open({ packing: { framesPerMessage: 1 } });
    await start();
    await world.runtime.run(world.requester.client(one).run(1));
    await start({ queue: 'one.fifo' });
    await world.runtime.run(world.requester.client(one, { queue: 'one.fifo' }).run(1));
    expect(replies.flat().map(({ header }) => header?.['packs'])).toEqual([0, 0]);
  });

  test('results to one requester share a message, refusals do not', async () => {
    open();
    await putPack([{}, {}, { procedure: 'nobody' }, { procedure: 'nobody' }]);
    await start();
    await world.runtime.advance(100);
    const ids = replies.map((frames) => frames.map(({ virtualQueue }) => virtualQueue));
    expect(ids.toSorted((a, b) => b.length - a.length)).toEqual([
      ['call-0', 'call-1'],
      [expect.stringMatching(/call-[23]/)],
      [expect.stringMatching(/call-[23]/)],
    ]);
  });

  test('a pack runs as it is where it cannot be taken apart, and 0 is told from then on', async () => {
    open();
    const send = world.faults.sendBatch;
    world.faults.sendBatch = async (request) =>
      request.queueUrl.endsWith('/one') || send === undefined
        ? { kind: 'denied', error: 'AccessDenied' }
        : send(request);
    await putPack([{}, {}, {}]);
    const hang = { run: () => new Promise(() => {}), ask: () => 'x' };
    const first = await start({ drainMs: 100, handlers: hang });
    await world.runtime.advance(100);
    await world.runtime.run(first.close());
    const started: unknown[] = [];
    const run = ({ input }: { readonly input: number }): number => (started.push(input), input);
    await start({ handlers: { run, ask: () => 'x' } });
    await world.runtime.advance(100);
    expect(started).toEqual([0, 1, 2]);
    expect(await world.runtime.run(world.requester.client(one).run(7))).toBe(7);
    expect(replies.flat().map(({ header }) => header?.['packs'])).toEqual([0, 0, 0, 0]);
    const parted = world.events.filter(({ kind }) => kind === 'packSeparated');
    expect(parted).toMatchObject([{ queue: 'one', frames: 3, error: 'AccessDenied' }]);
  });

  test('a frame of a pack whose time is over while it waits for a slot is not run', async () => {
    open();
    const at = world.runtime.nowMs();
    const header = { v: 1, type: 'mutation', timeoutMs: 1500, at, content: 'json' };
    await putPack([{}, { header }, { header }, {}]);
    const started: number[] = [];
    const run = async ({ input }: { readonly input: number }): Promise<number> => {
      started.push(input);
      await new Promise<void>((resolve) => void world.runtime.setTimer(1000, resolve));
      return input;
    };
    await start({ concurrency: 1, handlers: { run, ask: () => 'x' } });
    await world.runtime.advance(10_000);
    expect(started).toEqual([0, 1, 3]);
    expect(world.events.filter(({ kind }) => kind === 'requestExpired')).toHaveLength(1);
  });
});
