import { defineContract, mutation, query } from '@replyq/contract';
import { initTRPC } from '@trpc/server';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { implement } from './implement.ts';
import { HOST, openAnswerer, type Ask, type Rig } from './testing/answerer-rig.ts';

const MINUTE_MS = 60_000;
const one = defineContract('one', {
  run: mutation({ input: z.unknown(), output: z.unknown() }),
  ask: query({ output: z.string() }),
});
const two = defineContract('two', { run: mutation({ output: z.string() }) });

let ran: string[];
let rig: Rig;

beforeEach(() => {
  ran = [];
  rig = openAnswerer({
    contract: one,
    handlers: { run: ({ input }) => (ran.push('run'), input), ask: () => (ran.push('ask'), 'x') },
  });
});

/** Answered with an error, nothing ran. */
async function refused(ask: Ask, code: string, reason: string): Promise<void> {
  expect(await rig.answer(ask)).toEqual({ kind: 'ack' });
  expect(rig.error()).toMatchObject({ code, ran: false });
  expect(rig.events).toContainEqual(
    expect.objectContaining({ kind: 'requestRefused', reason, procedure: 'unknown' }),
  );
  expect(ran).toEqual([]);
}

/** Deleted, nobody told, nothing ran. */
async function dropped(ask: Ask, reason: string): Promise<void> {
  expect(await rig.answer(ask)).toEqual({ kind: 'ack' });
  expect(rig.replies).toEqual([]);
  expect(rig.events).toContainEqual(expect.objectContaining({ kind: 'requestRefused', reason }));
  expect(ran).toEqual([]);
}

describe('a request is refused with', () => {
  test.each([
    ['NOT_FOUND', 'unknownProcedure', { procedure: 'nobody' }],
    ['NOT_FOUND', 'unknownProcedure', { procedure: 'toString' }],
    ['NOT_FOUND', 'unknownProcedure', { procedure: 'run.deeper' }],
    ['NOT_FOUND', 'unknownProcedure', { header: { contract: 'other' } }],
    ['METHOD_NOT_SUPPORTED', 'wrongType', { header: { type: 'query' } }],
    ['METHOD_NOT_SUPPORTED', 'wrongType', { header: { type: 'subscription' } }],
    ['UNSUPPORTED_VERSION', 'unsupportedVersion', { header: { v: 2 } }],
    ['UNSUPPORTED_VERSION', 'unsupportedVersion', { header: { '!new': 1 } }],
    ['BAD_REQUEST', 'malformed', { header: { at: 'noon' } }],
    ['BAD_REQUEST', 'malformed', { procedure: '../etc' }],
    ['BAD_REQUEST', 'malformed', { frame: { malformed: 'no JSON' } }],
    ['PAYLOAD_TOO_LARGE', 'tooLarge', { body: 'x'.repeat(1_048_577) }],
  ] as const)('%s, %s: %o', (code, reason, ask) => refused(ask, code, reason));
});

describe('a request is dropped', () => {
  test('when nobody waits for a query', () =>
    dropped({ procedure: 'ask', header: { type: 'query' }, task: true }, 'noReplyAddress'));
  test('when its reply address is refused, and the rule is told', async () => {
    await dropped({ frame: { replyTo: 'http://elsewhere/1/q#c' } }, 'replyAddress');
    expect(rig.events).toContainEqual(expect.objectContaining({ detail: 'prefix' }));
  });
  test('when its call id is none', () =>
    dropped({ frame: { replyTo: `${HOST}#a b` } }, 'replyAddress'));
  test('when it is a reply', () => dropped({ frame: { virtualQueue: 'c' } }, 'notARequest'));
  test('when it is malformed and names no reply address', () =>
    dropped({ task: true, frame: { malformed: 'no JSON' } }, 'malformed'));
});

describe('I11: a request', () => {
  test.each([
    { ageMs: 999, runs: true },
    { ageMs: 1000, runs: false },
    { ageMs: 1001, runs: false },
  ])('that is $ageMs of its 1000 ms old runs: $runs', async ({ ageMs, runs }) => {
    expect(await rig.answer({ ageMs })).toEqual({ kind: 'ack' });
    expect(ran).toHaveLength(runs ? 1 : 0);
    const expired = { kind: 'requestExpired', procedure: 'run', queue: 'requests', ageMs };
    if (!runs) expect(rig.events).toEqual([expired]);
    if (!runs) expect(rig.replies).toEqual([]);
  });

  test('that comes again past its deadline does not run', async () => {
    await rig.answer({ ageMs: 5000, receiveCount: 2 });
    expect(ran).toEqual([]);
    expect(rig.kinds()).toEqual(['requestExpired']);
  });

  test.each([-10, 10])('from a caller whose clock is %i minutes off runs', async (minutes) => {
    await rig.answer({ header: { at: rig.runtime.nowMs() + minutes * MINUTE_MS } });
    expect(ran).toEqual(['run']);
  });

  test.each([
    { lagMs: 15 * MINUTE_MS + 1000, runs: true },
    { lagMs: 15 * MINUTE_MS + 1001, runs: false },
  ])('that was written $lagMs ms before it was sent runs: $runs', async ({ lagMs, runs }) => {
    const sentAtMs = rig.runtime.nowMs();
    await rig.answer({ sentAtMs, header: { at: sentAtMs - lagMs } });
    expect(ran).toHaveLength(runs ? 1 : 0);
  });

  test('without a timeout has the responder’s', async () => {
    const header = { timeoutMs: undefined };
    await rig.answer({ header, ageMs: 19_999 });
    await rig.answer({ header, ageMs: 20_000 });
    expect(ran).toEqual(['run']);
  });

  test('with a longer timeout than is allowed is cut', async () => {
    const header = { timeoutMs: 36_000_000 };
    await rig.answer({ header, ageMs: 3_599_999 });
    await rig.answer({ header, ageMs: 3_600_000 });
    expect(ran).toEqual(['run']);
  });

  test('of an unknown procedure that is expired names no caller’s text', async () => {
    await rig.answer({ procedure: 'secret', ageMs: 1000 });
    expect(rig.events).toMatchObject([{ kind: 'requestExpired', procedure: 'unknown' }]);
  });
});

describe('an input that cannot be read', () => {
  test.each([
    ['BAD_REQUEST', '{'],
    ['BAD_REQUEST', '{"__proto__":{}}'],
    ['PAYLOAD_TOO_LARGE', '['.repeat(100) + ']'.repeat(100)],
    ['PAYLOAD_TOO_LARGE', `[${'1,'.repeat(200_001)}1]`],
  ])('is %s: nothing ran', async (code, body) => {
    expect(await rig.answer({ body })).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code, ran: false });
    expect(ran).toEqual([]);
    expect(rig.events).toContainEqual(
      expect.objectContaining({ kind: 'requestRefused', reason: 'badInput', procedure: 'run' }),
    );
  });
});

describe('two contracts on one queue', () => {
  beforeEach(() => {
    rig = openAnswerer({
      contracts: [
        implement(one, { run: () => 'one', ask: () => 'x' }),
        implement(two, { run: () => 'two' }),
      ],
    });
  });

  test('are told apart by the name that the request gives', async () => {
    await rig.answer({ header: { contract: 'two' } });
    expect(rig.result()).toBe('two');
    await rig.answer({ header: { contract: 'one' } });
    expect(rig.result()).toBe('one');
  });

  test('answer a link, which names none, by the procedure', async () => {
    await rig.answer({ procedure: 'ask', header: { type: 'query' } });
    expect(rig.result()).toBe('x');
    await rig.answer({});
    expect(rig.result()).toBe('one');
  });

  test('of one name are refused', () => {
    const service = implement(two, { run: () => 'two' });
    expect(() => openAnswerer({ contracts: [service, service] })).toThrow('two contracts of one');
    expect(() => openAnswerer({ contracts: [] })).toThrow('`contracts` is empty');
  });
});

describe('a router', () => {
  const t = initTRPC.create();
  const router = t.router({
    run: t.procedure.mutation(() => 'plain'),
    ticks: t.procedure.subscription(async function* () {
      yield 1;
    }),
  });

  test('answers to any contract name, and not to paths that it does not have', async () => {
    rig = openAnswerer({ router });
    await rig.answer({ header: { contract: 'whatever' } });
    expect(rig.result()).toBe('plain');
    await rig.answer({ procedure: 'secret' });
    expect(rig.error()).toMatchObject({ code: 'NOT_FOUND', ran: false });
    expect(JSON.stringify(rig.events)).not.toContain('secret');
  });

  test('does not run a subscription', async () => {
    rig = openAnswerer({ router });
    await rig.answer({ procedure: 'ticks', header: { type: 'subscription' } });
    expect(rig.error()).toMatchObject({ code: 'NOT_IMPLEMENTED', ran: false });
  });
});
