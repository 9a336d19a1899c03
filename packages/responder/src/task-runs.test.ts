import {
  defineContract,
  mutation,
  NonRetryableError,
  query,
  RpcError,
  task,
} from '@replyq/contract';
import { readTaskFailure, type HeaderRecord } from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { noReplyStore } from './reply-store.ts';
import { openAnswerer, type Ask, type Rig } from './testing/answerer-rig.ts';

const backoff = { initialMs: 1000, maxMs: 10_000 };
const one = defineContract('one', {
  run: task({
    input: z.number(),
    output: z.string(),
    attempts: 4,
    backoff,
    errors: { full: true },
  }),
  plain: mutation({ output: z.string() }),
  look: query({ output: z.string() }),
});

let rig: Rig;
let thrown: unknown;
let attempts: number[];

beforeEach(() => {
  thrown = undefined;
  attempts = [];
  rig = openAnswerer({
    contract: one,
    handlers: {
      run: ({ call, errors }) => {
        attempts.push(call.attempt);
        if (thrown === 'full') throw errors.full();
        if (thrown !== undefined) throw thrown;
        return 'done';
      },
      plain: ({ call }) => {
        attempts.push(call.attempt);
        throw new Error('never');
      },
      look: () => 'x',
    },
  });
});

const ask = (more: Ask = {}): Ask => ({ task: true, input: 5, header: { task: 't1' }, ...more });

/** Why the last one is in the dead letters. */
function failure(): ReturnType<typeof readTaskFailure> {
  const note = rig.tasks.dead.at(-1)?.frame.attributes['replyq.failure']?.value;
  return readTaskFailure(typeof note === 'string' ? note : '');
}

describe('T1: a task that fails', () => {
  test.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
  ])('on run %i comes again within %i ms, and not before half of it', async (run, mostMs) => {
    thrown = new Error('again');
    const settlement = await rig.answer(ask({ receiveCount: run }));
    if (settlement.kind !== 'release') throw new Error(settlement.kind);
    expect(settlement.delayMs).toBeGreaterThanOrEqual(mostMs / 2);
    expect(settlement.delayMs).toBeLessThanOrEqual(mostMs);
    expect(rig.events.at(-1)).toMatchObject({
      kind: 'taskRetried',
      task: 't1',
      procedure: 'run',
      attempt: run,
      retryInMs: settlement.delayMs,
      error: 'again',
    });
    expect(attempts).toEqual([run]);
    expect(rig.replies).toEqual([]);
  });

  test('comes again after maxMs at most', async () => {
    const slow = openAnswerer({
      contract: defineContract('slow', { run: task({ attempts: 1000, backoff }) }),
      handlers: {
        run: () => {
          throw new Error('again');
        },
      },
    });
    const settlement = await slow.answer({ task: true, receiveCount: 900 });
    if (settlement.kind !== 'release') throw new Error(settlement.kind);
    expect(settlement.delayMs).toBeLessThanOrEqual(10_000);
    expect(settlement.delayMs).toBeGreaterThanOrEqual(5000);
  });

  test('without a word in the contract has five attempts', async () => {
    const plain = { procedure: 'plain' };
    expect(await rig.answer(ask({ ...plain, receiveCount: 4 }))).toMatchObject({ kind: 'release' });
    expect(await rig.answer(ask({ ...plain, receiveCount: 5 }))).toEqual({ kind: 'ack' });
    expect(failure()).toMatchObject({ attempts: 5 });
  });

  test('counts the times that it was sent on, too', async () => {
    thrown = new Error('again');
    await rig.answer(ask({ header: { task: 't1', try: 3 } }));
    expect(attempts).toEqual([3]);
  });

  test('does not count what was given back without a run', async () => {
    thrown = new Error('again');
    const separable = { separable: true, messageId: 'm9' };
    expect(await rig.answer(ask({ ...separable, receiveCount: 2 }))).toEqual({
      kind: 'release',
      delayMs: 0,
    });
    await rig.answer(ask({ messageId: 'm9', receiveCount: 3 }));
    expect(attempts).toEqual([2]);
  });

  test.each([
    ['by their ids', { header: { task: 't1' } }, { header: { task: 't2' } }],
    ['without ids, by what is in them', { header: {}, input: 5 }, { header: {}, input: 6 }],
  ])('counts what ran, though others of its message were given back: %s', async (_, ran, back) => {
    thrown = new Error('again');
    for (let receiveCount = 2; receiveCount <= 4; receiveCount += 1) {
      const shared = { messageId: 'm9', receiveCount };
      await rig.answer(ask({ ...back, ...shared, separable: true }));
      await rig.answer(ask({ ...ran, ...shared }));
    }
    expect(attempts).toEqual([2, 3, 4]);
    expect(rig.tasks.dead).toHaveLength(1);
    await rig.answer(ask({ ...back, messageId: 'm9', receiveCount: 5 }));
    expect(attempts).toEqual([2, 3, 4, 2]);
  });
});

test('what is given back again and again comes later each time, though nobody names a time', async () => {
  const delays: number[] = [];
  for (let receiveCount = 2; receiveCount <= 6; receiveCount += 1) {
    const settlement = await rig.answer(ask({ separable: true, messageId: 'm1', receiveCount }));
    if (settlement.kind === 'release') delays.push(settlement.delayMs);
  }
  expect(delays).toEqual([0, 1000, 2000, 4000, 8000]);
});

describe('T2: to the dead letters goes a task', () => {
  test('whose attempts are used up, as it was, with the reason', async () => {
    thrown = new Error('550 no such mailbox');
    const header = { task: 't1', meta: { tenant: 'a' } };
    const frame = { attributes: { colour: { type: 'String', value: 'red' } } };
    expect(await rig.answer(ask({ header, frame, receiveCount: 4 }))).toEqual({ kind: 'ack' });
    const [dead] = rig.tasks.dead;
    expect(dead?.frame).toMatchObject({ procedure: 'run', header, body: '5', ...frame });
    expect(dead?.outgoing.pack).toBe(false);
    expect(failure()).toEqual({
      queue: 'requests',
      code: 'INTERNAL_SERVER_ERROR',
      message: '550 no such mailbox',
      attempts: 4,
      at: rig.runtime.nowMs(),
    });
    expect(rig.events.at(-1)).toMatchObject({
      kind: 'taskDeadLettered',
      to: 'requests-dlq',
      attempt: 4,
    });
  });

  test.each<readonly [string, unknown, string]>([
    ['says so itself', new NonRetryableError('no'), 'INTERNAL_SERVER_ERROR'],
    ['a declared error', 'full', 'UNPROCESSABLE_CONTENT'],
    ['a code of the request', new TRPCError({ code: 'FORBIDDEN' }), 'FORBIDDEN'],
    ['an RpcError with such a code', new RpcError({ code: 'NOT_FOUND' }), 'NOT_FOUND'],
  ])('at once whose failure is final: %s', async (_, cause, code) => {
    thrown = cause;
    expect(await rig.answer(ask())).toEqual({ kind: 'ack' });
    expect(failure()).toMatchObject({ code, attempts: 1 });
  });

  test.each<readonly [string, Ask]>([
    ['does not fit the schema', { input: 'five' }],
    ['cannot be read', { body: '{' }],
  ])('at once whose input %s', async (_, more) => {
    expect(await rig.answer(ask(more))).toEqual({ kind: 'ack' });
    expect(failure()).toMatchObject({ code: 'BAD_REQUEST' });
    expect(attempts).toEqual([]);
  });

  test('not at once whose schema failed, instead of finding that the input does not fit', async () => {
    const asks = z.number().refine(() => {
      throw new Error('The database is down.');
    });
    const contract = defineContract('asking', { run: task({ input: asks, attempts: 4 }) });
    const asking = openAnswerer({ contract, handlers: { run: () => undefined } });
    expect(await asking.answer(ask())).toMatchObject({ kind: 'release' });
    expect(asking.tasks.dead).toEqual([]);
  });

  test.each(['TIMEOUT', 'CONFLICT', 'TOO_MANY_REQUESTS', 'SERVICE_UNAVAILABLE'] as const)(
    'not at once that fails with %s',
    async (code) => {
      thrown = new TRPCError({ code });
      expect(await rig.answer(ask())).toMatchObject({ kind: 'release' });
      expect(rig.tasks.dead).toEqual([]);
    },
  );

  test('not what a call of its own was refused: that is not its own failing', async () => {
    thrown = new RpcError({ code: 'NOT_FOUND', callId: 'c', origin: 'remote' });
    expect(await rig.answer(ask())).toMatchObject({ kind: 'release' });
  });

  test('whose message is kept until the copy is there', async () => {
    thrown = new NonRetryableError('no');
    rig.tasks.outcomes.push({ kind: 'unknown', error: 'lost' });
    expect(await rig.answer(ask())).toEqual({ kind: 'release', delayMs: 900_000 });
    expect(rig.events.at(-1)).toMatchObject({ kind: 'taskStuck', why: 'lost', error: 'no' });
  });

  test('not where there are none: it stays', async () => {
    thrown = new NonRetryableError('no');
    rig.tasks.deadLetters = undefined;
    expect(await rig.answer(ask())).toEqual({ kind: 'release', delayMs: 900_000 });
    expect(rig.events.at(-1)).toMatchObject({
      kind: 'taskStuck',
      why: 'No dead-letter queue is known.',
    });
  });

  test('that nobody here knows, once others have had their chance', async () => {
    const unknown = ask({ procedure: 'newer' });
    const first = await rig.answer(unknown);
    expect(first.kind === 'release' && first.delayMs).toBeGreaterThanOrEqual(5000);
    expect(await rig.answer({ ...unknown, receiveCount: 99 })).toMatchObject({ kind: 'release' });
    expect(await rig.answer({ ...unknown, receiveCount: 100 })).toEqual({ kind: 'ack' });
    expect(failure()).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each<readonly [string, HeaderRecord]>([
    ['of a newer version', { v: 2 }],
    ['with a critical field that is not known here', { '!new': 1 }],
    ['that is known as a query here', { type: 'mutation' }],
  ])('not one %s, which a newer responder may run', async (name, more) => {
    const procedure = name.includes('query') ? 'look' : 'run';
    const unfit = ask({ procedure, header: { task: 't1', ...more } });
    expect(await rig.answer(unfit)).toMatchObject({ kind: 'release' });
    expect(rig.tasks.dead).toEqual([]);
    expect(attempts).toEqual([]);
  });

  test('at once what nobody can read', async () => {
    const header = { task: 't1', due: 1.5 };
    expect(await rig.answer(ask({ header }))).toEqual({ kind: 'ack' });
    expect(failure()).toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('with less of a reason, where all of it does not fit', async () => {
    thrown = new NonRetryableError('x'.repeat(900));
    const refusal = { kind: 'refused', reason: 'tooLarge', error: 'too large' } as const;
    rig.tasks.outcomes.push(refusal);
    expect(await rig.answer(ask())).toEqual({ kind: 'ack' });
    expect(failure()).toMatchObject({ message: '', attempts: 1 });
    rig.tasks.outcomes.push(refusal, refusal);
    expect(await rig.answer(ask({ header: { task: 't2' } }))).toEqual({ kind: 'ack' });
    expect(rig.tasks.dead.at(-1)?.frame.attributes).toEqual({});
  });

  test('only once its user code has run, though it could not be moved at first', async () => {
    thrown = new NonRetryableError('no');
    rig.tasks.outcomes.push({ kind: 'refused', reason: 'denied', error: 'denied' });
    expect(await rig.answer(ask())).toMatchObject({ kind: 'release' });
    expect(await rig.answer(ask({ receiveCount: 2 }))).toEqual({ kind: 'ack' });
    expect(attempts).toEqual([1]);
    expect(failure()).toMatchObject({ message: 'no' });
  });

  test('without the address of who waited for it', async () => {
    thrown = new NonRetryableError('no');
    await rig.answer(ask());
    expect(rig.tasks.dead[0]?.frame).not.toHaveProperty('replyTo');
  });

  test('not one that is done already, however often it comes', async () => {
    await rig.answer(ask({ receiveCount: 4 }));
    expect(await rig.answer(ask({ receiveCount: 9 }))).toEqual({ kind: 'ack' });
    expect(rig.tasks.dead).toEqual([]);
  });

  test('T4: that stops its process every time, without another run', async () => {
    expect(await rig.answer(ask({ receiveCount: 5 }))).toEqual({ kind: 'ack' });
    expect(attempts).toEqual([]);
    expect(failure()?.message).toContain('Received 5 times');
  });

  test('may run again when it is put back', async () => {
    thrown = new NonRetryableError('no');
    await rig.answer(ask());
    thrown = undefined;
    expect(await rig.answer(ask())).toEqual({ kind: 'ack' });
    expect(attempts).toEqual([1, 1]);
    expect(rig.tasks.dead).toHaveLength(1);
  });
});

describe('T3: a task that is not due', () => {
  const dueIn = (ms: number): Ask => ask({ header: { task: 't1', due: rig.runtime.nowMs() + ms } });

  test.each([
    [1, 1],
    [900_000, 900_000],
    [900_001, 900_000],
    [86_400_000, 900_000],
  ])('for %i ms more is sent on as it is, held back for %i ms', async (leftMs, delayMs) => {
    const early = dueIn(leftMs);
    expect(await rig.answer(early)).toEqual({ kind: 'ack' });
    const [sent] = rig.tasks.sentOn;
    expect(sent?.outgoing).toMatchObject({ delayMs, pack: false });
    expect(sent?.frame.header).toMatchObject(early.header ?? {});
    expect(sent?.frame.header).not.toHaveProperty('try');
    expect(attempts).toEqual([]);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'taskSentOn', leftMs });
  });

  test('in more than ten years is nonsense, and goes to the dead letters', async () => {
    expect(await rig.answer(dueIn(11 * 365 * 86_400_000))).toEqual({ kind: 'ack' });
    expect(failure()).toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('and that its queue does not hold back goes there, too', async () => {
    rig.tasks.outcomes.push({ kind: 'refused', reason: 'invalid', error: 'FIFO' });
    expect(await rig.answer(dueIn(5000))).toEqual({ kind: 'ack' });
    expect(failure()?.message).toContain('cannot be sent on: FIFO');
  });

  test('runs when it is', async () => {
    expect(await rig.answer(dueIn(0))).toEqual({ kind: 'ack' });
    expect(attempts).toEqual([1]);
    expect(rig.tasks.sentOn).toEqual([]);
  });

  test('comes again where the copy is not there, and that was no attempt', async () => {
    rig.tasks.outcomes.push({ kind: 'refused', reason: 'unavailable', error: 'down' });
    const early = { ...dueIn(5000), messageId: 'm1' };
    expect(await rig.answer(early)).toEqual({ kind: 'release', delayMs: 5000 });
    expect(rig.events.at(-1)).toMatchObject({ kind: 'taskStuck', why: 'down' });
    await rig.runtime.advance(5000);
    await rig.answer({ ...early, receiveCount: 2 });
    expect(attempts).toEqual([1]);
  });
});

describe('a store that fails', () => {
  const failing = (): Rig =>
    openAnswerer({
      contract: one,
      handlers: {
        run: ({ call }) => {
          attempts.push(call.attempt);
          return 'done';
        },
        plain: () => 'x',
        look: () => 'x',
      },
      replyStore: {
        ...noReplyStore,
        claim: () => {
          if (down) throw new Error('locked');
          return noReplyStore.claim({} as never);
        },
      },
    });
  let down = true;

  test('costs no attempt, and is asked less and less often', async () => {
    const store = failing();
    const delays: number[] = [];
    for (let receiveCount = 1; receiveCount <= 9; receiveCount += 1) {
      const settlement = await store.answer(ask({ messageId: 'm1', receiveCount }));
      if (settlement.kind === 'release') delays.push(settlement.delayMs);
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(store.tasks.dead).toEqual([]);
    down = false;
    expect(await store.answer(ask({ messageId: 'm1', receiveCount: 10 }))).toEqual({ kind: 'ack' });
    expect(attempts).toEqual([1]);
  });
});

describe('a task that comes twice', () => {
  test('runs once, by its own id', async () => {
    await rig.answer(ask({ messageId: 'a' }));
    await rig.answer(ask({ messageId: 'b', header: { task: 't1', try: 2 } }));
    await rig.answer(ask({ messageId: 'c', header: { task: 't2' } }));
    expect(attempts).toEqual([1, 1]);
  });

  test('runs once, by its deduplication id, whoever enqueued it', async () => {
    const header = (id: string): HeaderRecord => ({ task: id, dedup: 'order-5' });
    await rig.answer(ask({ senderId: 'ann', header: header('t1') }));
    await rig.answer(ask({ senderId: 'bob', header: header('t2') }));
    expect(attempts).toEqual([1]);
    await rig.answer(ask({ header: { task: 't3', dedup: 'order-6' } }));
    expect(attempts).toEqual([1, 1]);
  });
});
