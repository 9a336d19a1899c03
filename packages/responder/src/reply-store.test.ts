import { defineContract, mutation, query } from '@replyq/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { implement } from './implement.ts';
import type { Claim, ClaimRequest, ReplyStore, StoredReply } from './reply-store.ts';
import { HOST, openAnswerer, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: mutation({ input: z.unknown(), output: z.unknown() }),
  again: mutation({ output: z.string(), idempotent: true }),
  ask: query({ output: z.string() }),
});
const STORED: StoredReply = { kind: 'result', content: 'json', body: '"stored"' };

let ran: number;
let claims: ClaimRequest[];
let calls: unknown[];
let claim: Claim | Promise<Claim>;
let recorded: boolean | Promise<boolean>;
let rig: Rig;

const replyStore: ReplyStore = {
  claim: (request) => (claims.push(request), claim),
  renew: () => true,
  record: (token, { kind, content, body }) => (
    calls.push(['record', token, kind, content, body]),
    recorded
  ),
  abandon: (token) => void calls.push(['abandon', token]),
};

beforeEach(() => {
  ran = 0;
  claims = [];
  calls = [];
  claim = { kind: 'run', token: 't' };
  recorded = true;
  const handlers = {
    run: ({ input }: { readonly input: unknown }): unknown => {
      ran += 1;
      if (input === 'fail') throw new Error('x');
      return 'ran';
    },
    again: (): string => 'x',
    ask: (): string => 'x',
  };
  rig = openAnswerer({ contract: one, handlers, replyStore });
});

describe('the key', () => {
  test('is queue, contract and procedure with the call id, or with the idempotency key and the sender', async () => {
    await rig.answer({ header: { key: 'order-5' } });
    await rig.answer({});
    expect(claims.map(({ key }) => key)).toEqual([
      'key:ann/requests/one/run/order-5',
      'call:requests/one/run/call-1',
    ]);
  });

  test('of a call that repeats another is the other’s, also after it was sent on', async () => {
    await rig.answer({ header: { repeats: 'call-0' } });
    await rig.answer({ header: { repeats: 'call-0', try: 2 } });
    const key = 'call:requests/one/run/call-0';
    expect(claims).toMatchObject([{ key }, { key }]);
  });

  test('of a task is not that of a call, whatever it says that it repeats', async () => {
    await rig.answer({ task: true, header: { repeats: 'call-0' } });
    expect(claims).toEqual([]);
  });

  test('of a message that replyq has not written is its id, since its call id may be used again', async () => {
    const f = defineContract('f', { run: mutation({ output: z.string(), foreign: 'text' }) });
    const foreign = openAnswerer({ contract: f, handlers: { run: () => 'x' }, replyStore });
    await foreign.answer({ foreign: true });
    await foreign.answer({ foreign: true, task: true });
    const key = 'call:requests/f/run/message-1';
    expect(claims).toMatchObject([{ key }, { key, repeatsForMs: Infinity }]);
  });

  test('is missing where a request has no name: a task without one may share its message with others', async () => {
    await rig.answer({ task: true });
    await rig.answer({ frame: { replyTo: HOST } });
    await rig.answer({ task: true, header: { key: 'k' } });
    expect(claims.map(({ key }) => key)).toEqual(['key:ann/requests/one/run/k']);
    expect(ran).toBe(3);
  });

  test('differs between two contracts that have a procedure of one name', async () => {
    const two = defineContract('two', { run: mutation({ output: z.string() }) });
    const both = openAnswerer({
      contracts: [
        implement(one, { run: () => 1, again: () => 'x', ask: () => 'x' }),
        implement(two, { run: () => 'x' }),
      ],
      replyStore,
    });
    await both.answer({ header: { key: 'k', contract: 'one' } });
    await both.answer({ header: { key: 'k', contract: 'two' } });
    expect(new Set(claims.map(({ key }) => key)).size).toBe(2);
  });

  test('of the caller’s choice comes with a hash of the input, another does not', async () => {
    const header = { key: 'k' };
    await rig.answer({ input: 1, header });
    await rig.answer({ input: 2, header });
    await rig.answer({ input: 1, header });
    await rig.answer({ input: 1, header: { ...header, content: 'trpc' } });
    const [a, b, c, d] = claims.map(({ payloadHash }) => payloadHash?.());
    expect(new Set([a, b, d]).size).toBe(3);
    expect(a).toBe(c);
    claims = [];
    await rig.answer({ input: 1 });
    expect(claims).toMatchObject([{ payloadHash: undefined }]);
  });

  test('comes with what the procedure says of repeats', async () => {
    await rig.answer({});
    await rig.answer({ procedure: 'again' });
    await rig.answer({ procedure: 'ask', header: { type: 'query' } });
    expect(claims.map(({ idempotent }) => idempotent)).toEqual([false, true, true]);
  });

  test('of the caller’s choice counts for nothing once the request was sent on', async () => {
    await rig.answer({ header: { key: 'order-5', try: 2 } });
    expect(claims).toMatchObject([{ key: 'call:requests/one/run/call-1', payloadHash: undefined }]);
  });
});

test('a claim says for how long the request may still come again', async () => {
  await rig.answer({ ageMs: 400 });
  await rig.answer({ ageMs: 400, header: { key: 'k' } });
  // What is left, the grace of a handler, and what a send may take.
  expect(claims.map(({ repeatsForMs }) => repeatsForMs)).toEqual([
    600 + 5000 + 15 * 60_000,
    Infinity,
  ]);
});

test('a result is recorded before it is sent', async () => {
  recorded = new Promise((resolve) => void rig.runtime.setTimer(10, () => resolve(true)));
  const answer = rig.begin({});
  await rig.runtime.advance(9);
  expect(calls).toEqual([['record', 't', 'result', 'json', '"ran"']]);
  expect(rig.replies).toEqual([]);
  expect(await rig.runtime.run(answer)).toEqual({ kind: 'ack' });
  expect(rig.result()).toBe('ran');
});

test('a stored reply is sent without a run', async () => {
  claim = { kind: 'stored', reply: STORED };
  expect(await rig.answer({})).toEqual({ kind: 'ack' });
  expect(rig.result()).toBe('stored');
  expect(ran).toBe(0);
  expect(calls).toEqual([]);
});

test('a stored task is acked', async () => {
  claim = { kind: 'stored', reply: STORED };
  expect(await rig.answer({ task: true, header: { key: 'k' } })).toEqual({ kind: 'ack' });
  expect(ran).toBe(0);
});

test('a request that is running elsewhere is given back', async () => {
  claim = { kind: 'busy', retryInMs: 77 };
  expect(await rig.answer({})).toEqual({ kind: 'release', delayMs: 77 });
  expect(ran).toBe(0);
});

test('a key with another input is CONFLICT, told to onError, and nothing runs', async () => {
  const told: string[] = [];
  claim = { kind: 'conflict' };
  const watched = openAnswerer({
    contract: one,
    handlers: { run: () => (ran += 1), again: () => 'x', ask: () => 'x' },
    replyStore,
    onError: ({ error }) => void told.push(error.code),
  });
  expect(await watched.answer({})).toEqual({ kind: 'ack' });
  expect(watched.error()).toMatchObject({ code: 'CONFLICT', ran: true });
  expect(told).toEqual(['CONFLICT']);
  expect(ran).toBe(0);
});

describe('a store that fails', () => {
  test('to claim: the request is given back and does not run', async () => {
    claim = Promise.reject(new Error('down'));
    expect(await rig.answer({})).toEqual({ kind: 'release', delayMs: 1000 });
    expect(ran).toBe(0);
    expect(rig.events).toMatchObject([{ kind: 'answererFailed' }]);
  });

  test('to record: no reply is sent, and the request comes again', async () => {
    recorded = Promise.reject(new Error('down'));
    expect(await rig.answer({})).toEqual({ kind: 'release', delayMs: 1000 });
    expect(ran).toBe(1);
    expect(rig.replies).toEqual([]);
  });

  test('since the lease was lost: no reply is sent', async () => {
    recorded = false;
    expect(await rig.answer({})).toEqual({ kind: 'release', delayMs: 1000 });
    expect(rig.replies).toEqual([]);
  });
});

describe('A1: a claim', () => {
  const later = (ms: number): Promise<Claim> =>
    new Promise((resolve) => {
      rig.runtime.setTimer(ms, () => resolve({ kind: 'run', token: 't' }));
    });

  test.each([
    { ms: 999, runs: 1 },
    { ms: 1000, runs: 0 },
  ])('that takes $ms of 1000 ms leads to $runs runs', async ({ ms, runs }) => {
    claim = later(ms);
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    expect(ran).toBe(runs);
    if (runs === 0) expect(calls).toEqual([['abandon', 't']]);
    if (runs === 0) expect(rig.events).toMatchObject([{ kind: 'requestExpired', ageMs: 1000 }]);
  });

  test('that comes when the responder has given up is abandoned and given back', async () => {
    claim = later(500);
    const answer = rig.begin({});
    rig.closing.abort();
    expect(await rig.runtime.run(answer)).toEqual({ kind: 'release', delayMs: 0 });
    expect(ran).toBe(0);
    expect(calls).toEqual([['abandon', 't']]);
  });
});

test('the error of a call is recorded like a result, a failed task is abandoned', async () => {
  await rig.answer({ input: 'fail' });
  expect(calls).toMatchObject([['record', 't', 'error', 'json', expect.any(String)]]);
  calls = [];
  await rig.answer({ input: 'fail', task: true, header: { key: 'k' } });
  expect(calls).toEqual([['abandon', 't']]);
});
