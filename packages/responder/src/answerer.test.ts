import { defineContract, mutation, query } from '@replyq/contract';
import { encodeReplyHeader } from '@replyq/contract/wire';
import type { SendOutcome } from '@replyq/contract/transport';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HOST, openAnswerer, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: mutation({ input: z.unknown(), output: z.unknown() }),
  ask: query({ output: z.string() }),
});

let ran: unknown[];
let rig: Rig;

beforeEach(() => {
  ran = [];
  rig = openAnswerer({
    contract: one,
    handlers: { run: ({ input }) => (ran.push(input), input), ask: () => 'x' },
  });
});

test('a call is answered in the order that the observer sees', async () => {
  await rig.answer({ input: 5 });
  expect(rig.replies).toEqual([
    {
      queue: '__RequesterClientQueues__me',
      header: encodeReplyHeader({ v: 1, kind: 'result', content: 'json', packs: 8 }),
      body: '5',
      attributes: {},
      virtualQueue: 'call-1',
      patienceMs: 0,
    },
  ]);
  const about = { queue: 'requests', procedure: 'run', callId: 'call-1' };
  expect(rig.events).toEqual([
    { ...about, kind: 'handlerStarted', receiveCount: 1, queuedMs: 0 },
    { ...about, kind: 'handlerSettled', elapsedMs: 0, outcome: 'OK' },
    { ...about, kind: 'replySent' },
  ]);
});

describe('A2: a reply that the reply queue does not take', () => {
  const refusal = (reason: 'gone' | 'denied' | 'unavailable' | 'overloaded'): SendOutcome => ({
    kind: 'refused',
    reason,
    error: 'no',
  });
  test.each([
    [refusal('gone'), { kind: 'ack' }],
    [refusal('denied'), { kind: 'ack' }],
    [refusal('unavailable'), { kind: 'release', delayMs: 1000 }],
    [refusal('overloaded'), { kind: 'release', delayMs: 1000 }],
    [{ kind: 'unknown', error: 'lost' } as const, { kind: 'release', delayMs: 1000 }],
  ])('%o leads to %o, and is told', async (outcome, settlement) => {
    rig.outcomes.push(outcome);
    expect(await rig.answer({})).toEqual(settlement);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'replyUndeliverable', callId: 'call-1' });
  });

  test('in time is not tried again', async () => {
    rig = openAnswerer({
      contract: one,
      handlers: {
        ask: () => 'x',
        run: async () => {
          await new Promise<void>((resolve) => void rig.runtime.setTimer(1000, resolve));
        },
      },
    });
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(rig.events.at(-1)).toMatchObject({ kind: 'replyUndeliverable', reason: 'withdrawn' });
  });

  test('since it is too large is replaced by PAYLOAD_TOO_LARGE', async () => {
    rig.outcomes.push({ kind: 'refused', reason: 'tooLarge', error: 'too large' });
    expect(await rig.answer({ input: 'big' })).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', ran: true });
  });

  test('in any size is told and deleted', async () => {
    const tooLarge: SendOutcome = { kind: 'refused', reason: 'tooLarge', error: 'too large' };
    rig.outcomes.push(tooLarge, tooLarge);
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(rig.replies).toEqual([]);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'replyUndeliverable', reason: 'tooLarge' });
  });
});

describe('a task', () => {
  test('is run and acked, and nobody is told', async () => {
    expect(await rig.answer({ task: true, input: 5 })).toEqual({ kind: 'ack' });
    expect(ran).toEqual([5]);
    expect(rig.replies).toEqual([]);
  });

  test('has its time from when it starts, however old it is', async () => {
    expect(await rig.answer({ task: true, ageMs: 86_400_000 })).toEqual({ kind: 'ack' });
    expect(ran).toHaveLength(1);
  });
});

describe('A3: the answerer', () => {
  test('gives back what a broken seam does not let it settle', async () => {
    const broken = openAnswerer({
      contract: one,
      handlers: { run: () => 1, ask: () => 'x' },
      replyStore: {
        claim: () => {
          throw new Error('store down');
        },
        renew: () => true,
        record: () => true,
        abandon: () => undefined,
      },
    });
    expect(await broken.answer({})).toEqual({ kind: 'release', delayMs: 1000 });
    expect(broken.events).toMatchObject([{ kind: 'answererFailed' }]);
  });
});

describe('a message that replyq has not written', () => {
  test('is left for 15 minutes, whatever its reply address', async () => {
    const settlement = { kind: 'release', delayMs: 900_000 };
    expect(await rig.answer({ foreign: true })).toEqual(settlement);
    const frame = { replyTo: 'http://elsewhere/1/q#c' };
    expect(await rig.answer({ foreign: true, frame })).toEqual(settlement);
    const event = { kind: 'foreignRequest', queue: 'requests', action: 'left' };
    expect(rig.events).toEqual([event, event]);
    expect(ran).toEqual([]);
  });

  test('is deleted where that is asked for', async () => {
    const handlers = { run: (): number => 1, ask: (): string => 'x' };
    rig = openAnswerer({ contract: one, handlers, onForeign: 'delete' });
    expect(await rig.answer({ foreign: true })).toEqual({ kind: 'ack' });
    expect(rig.events).toMatchObject([{ kind: 'foreignRequest', action: 'deleted' }]);
  });
});

describe('a foreign procedure', () => {
  const foreign = (as: 'text' | 'json', run: (input: unknown) => unknown): Rig =>
    openAnswerer({
      contract: defineContract('f', {
        run: mutation({
          input: z.unknown(),
          output: z.unknown(),
          errors: { soldOut: z.number() },
          foreign: as,
          timeoutMs: 300,
        }),
      }),
      handlers: { run: ({ input }) => run(input) },
    });

  test('of text gets the body and replies in text', async () => {
    rig = foreign('text', (input) => `<${String(input)}>`);
    expect(await rig.answer({ foreign: true, body: '{' })).toEqual({ kind: 'ack' });
    expect(rig.replies).toMatchObject([
      { body: '<{>', header: { content: 'text', kind: 'result' } },
    ]);
  });

  test('of JSON gets the parsed body and replies the plain output', async () => {
    rig = foreign('json', (input) => input);
    await rig.answer({ foreign: true, body: '{"a":[1]}' });
    expect(rig.replies).toMatchObject([{ body: '{"a":[1]}' }]);
  });

  test('has its own deadline', async () => {
    rig = foreign('text', (input) => (ran.push(input), 'x'));
    await rig.answer({ foreign: true, ageMs: 299 });
    await rig.answer({ foreign: true, ageMs: 300 });
    expect(ran).toHaveLength(1);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'requestExpired' });
  });

  test('that fails replies its code and, unless it is internal, its message', async () => {
    rig = foreign('json', () => {
      throw new Error('secret');
    });
    await rig.answer({ foreign: true, body: '1' });
    await rig.answer({ foreign: true, body: '{', messageId: 'message-2' });
    expect(rig.replies.map(({ body }) => JSON.parse(body))).toEqual([
      { error: { code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' } },
      { error: { code: 'BAD_REQUEST', message: expect.stringContaining('cannot be read') } },
    ]);
    expect(rig.replies[0]?.header).toMatchObject({ kind: 'error', content: 'json' });
  });

  test('replies once to the stand-in of a queue that is gone', async () => {
    rig = foreign('text', () => 'x');
    rig.outcomes.push({ kind: 'refused', reason: 'gone', error: 'no' });
    await rig.answer({ foreign: true });
    expect(rig.replies).toMatchObject([
      { queue: '__RequesterClientQueues__me-Failover', virtualQueue: 'call-1' },
    ]);
    rig.outcomes.push(...Array.from({ length: 2 }, () => ({ ...GONE })));
    expect(await rig.answer({ foreign: true, frame: { replyTo: HOST } })).toEqual({ kind: 'ack' });
    expect(rig.replies).toHaveLength(1);
  });

  test('is a task when nobody waits', async () => {
    rig = foreign('text', (input) => (ran.push(input), 'x'));
    expect(await rig.answer({ foreign: true, task: true, body: 'do' })).toEqual({ kind: 'ack' });
    expect(ran).toEqual(['do']);
  });

  test('whose reply address is refused does not run', async () => {
    rig = foreign('text', (input) => (ran.push(input), 'x'));
    const frame = { replyTo: 'http://elsewhere/1/q#c' };
    expect(await rig.answer({ foreign: true, frame })).toEqual({ kind: 'ack' });
    expect(ran).toEqual([]);
  });
});

const GONE: SendOutcome = { kind: 'refused', reason: 'gone', error: 'no' };
