// Requests of calls that are answered slowly wait for company.
import { sleep } from '@replyq/contract/transport';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRig, shop, type Rig } from './testing/rig.ts';

let rig: Rig;
/** How long the peer takes, by procedure. */
let answerMs: Record<string, number>;

beforeEach(async () => {
  rig = await openRig();
  answerMs = { price: 1000, buy: 1000 };
  rig.onAsked = async ({ frame, reply }) => {
    await sleep(rig.runtime, answerMs[frame.procedure ?? ''] ?? 0);
    await reply('1');
  };
});

afterEach(() => rig.close());

const sends = (): number => rig.apiRequests('SendMessageBatch', 'shop');

/** How many requests so many calls take, one a millisecond. */
async function sendsOf(count: number, call: (index: number) => Promise<unknown>): Promise<number> {
  const before = sends();
  const calls: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    calls.push(call(index));
    await rig.runtime.advance(1);
  }
  await rig.runtime.run(Promise.all(calls));
  return sends() - before;
}

test('once it is known that they are, and by procedure, until one is answered fast', async () => {
  const client = rig.requester.client(shop);
  const price = (): Promise<unknown> => client.price('tea');
  const buy = (): Promise<unknown> => client.buy('tea');
  expect(await sendsOf(100, price)).toBe(100);
  // 10 in a batch.
  expect(await sendsOf(100, price)).toBeLessThanOrEqual(12);
  expect(await sendsOf(20, buy)).toBe(20);
  answerMs['price'] = 10;
  expect(await sendsOf(1, price)).toBe(1);
  expect(await sendsOf(20, price)).toBe(20);
});

test('but not for long against their deadline', async () => {
  const client = rig.requester.client(shop);
  await sendsOf(100, () => client.price('tea'));
  answerMs['price'] = 0;
  const hurried = { timeoutMs: 90 };
  expect(await sendsOf(5, () => client.price('tea', hurried))).toBe(5);
});

test('a lone caller never does', async () => {
  const client = rig.requester.client(shop);
  for (let call = 0; call < 20; call += 1) {
    const startedMs = rig.runtime.monotonicMs();
    await rig.runtime.run(client.price('tea'));
    expect(rig.runtime.monotonicMs() - startedMs).toBe(1000);
  }
});
