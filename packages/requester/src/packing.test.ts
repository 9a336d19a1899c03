// Which calls of a requester share a message.
import { defineContract, mutation } from '@replyq/contract';
import { z } from 'zod';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RESULT, openRig, type Asked, type Rig } from './testing/rig.ts';

const shop = defineContract('shop', {
  buy: mutation({ input: z.number(), output: z.number(), timeoutMs: 20_000 }),
  bill: mutation({ input: z.number(), output: z.number(), pack: false }),
});

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  rig.onAsked = answerWith(8);
});

afterEach(async () => {
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

/** Answers each call with its input, and says that so many frames may share a message. */
function answerWith(packs: number | undefined): (asked: Asked) => Promise<void> {
  return ({ frame, reply }) =>
    reply(frame.body, { header: packs === undefined ? RESULT : { ...RESULT, packs } });
}

/** How many messages these calls take, once they are answered. */
async function messagesOf(...calls: readonly Promise<unknown>[]): Promise<number> {
  const before = rig.asked.length;
  await rig.runtime.run(Promise.all(calls));
  const asked = rig.asked.slice(before);
  expect(asked).toHaveLength(calls.length);
  return new Set(asked.map(({ delivery }) => delivery.messageId)).size;
}

function client(): ReturnType<typeof rig.requester.client<typeof shop>> {
  return rig.requester.client(shop);
}

function buyThree(timeoutMs = 20_000): readonly Promise<unknown>[] {
  return [1, 2, 3].map((n) => client().buy(n, { timeoutMs }));
}

test('calls share messages from the first reply on', async () => {
  expect(await messagesOf(...buyThree())).toBe(3);
  expect(await messagesOf(...buyThree())).toBe(1);
});

test('calls of the same requester to another queue wait for a reply from there', async () => {
  await messagesOf(...buyThree());
  const { runtime, transport } = rig;
  const inbox = await runtime.run(transport.openInbox('elsewhere', { create: true }));
  const calls = [1, 2].map((n) =>
    rig.requester
      .client(shop, { queue: 'elsewhere' })
      .buy(n, { timeoutMs: 500 })
      .catch(() => n),
  );
  const received = await runtime.run(inbox.receive({ maxFrames: 10 }));
  if (received.kind !== 'deliveries') throw new Error(received.kind);
  const ids = received.deliveries.map(({ messageId }) => messageId);
  expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
  await runtime.run(Promise.all(calls));
  await runtime.run(inbox.close());
});

test('a procedure that says `pack: false` travels alone, and others without it', async () => {
  await messagesOf(...buyThree());
  const bills = [4, 5].map((n) => client().bill(n));
  expect(await messagesOf(...buyThree(), ...bills)).toBe(3);
});

test('a call that may take longer than 30 s travels alone', async () => {
  await messagesOf(...buyThree());
  expect(await messagesOf(...buyThree(30_000))).toBe(1);
  expect(await messagesOf(...buyThree(30_001))).toBe(3);
});

describe('calls travel alone again', () => {
  test.each<readonly [string, (asked: Asked) => Promise<void>]>([
    ['says nothing of packs', answerWith(undefined)],
    ['says none', answerWith(0)],
    ['was not written by replyq', ({ reply }) => reply('7', { bare: true })],
    ['cannot be read', ({ reply }) => reply('7', { header: { v: 1, kind: 'what' } })],
  ])('after a reply that %s', async (_, answer) => {
    await messagesOf(...buyThree());
    rig.onAsked = answer;
    await rig.runtime.run(
      client()
        .buy(0)
        .catch(() => undefined),
    );
    rig.onAsked = answerWith(8);
    expect(await messagesOf(...buyThree())).toBe(3);
  });
});

test('a reply to nobody says nothing of packs', async () => {
  await messagesOf(...buyThree());
  rig.onAsked = () => undefined;
  const late = client()
    .buy(1, { timeoutMs: 100 })
    .catch(() => 'late');
  expect(await rig.runtime.run(late)).toBe('late');
  await answerWith(0)(rig.asked.at(-1)!);
  await rig.runtime.advance(1000);
  expect(rig.events).toContainEqual(expect.objectContaining({ kind: 'replyDropped' }));
  rig.onAsked = answerWith(8);
  expect(await messagesOf(...buyThree())).toBe(1);
});

test('a call with an idempotency key travels alone: sent on, it would have lost the sender of its key', async () => {
  await messagesOf(...buyThree());
  const keyed = [4, 5].map((n) => client().buy(n, { idempotencyKey: `order-${n}` }));
  expect(await messagesOf(...buyThree(), ...keyed)).toBe(3);
});
