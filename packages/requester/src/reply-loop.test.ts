import type { RpcError } from '@replyq/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ERROR, failureOf, openRig, RESULT, shop, type Asked, type Rig } from './testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(async () => {
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

function buy(input: unknown): Promise<unknown> {
  return rig.requester.client(shop).buy(input);
}

/** How many messages are on the reply queue, seen or not. */
async function leftOnReplyQueue(): Promise<number> {
  const queueUrl = rig.asked[0]?.frame.replyTo?.split('#')[0] ?? '';
  const found = await rig.service.getQueueAttributes({ queueUrl });
  if (found.kind !== 'ok') throw new Error(found.error);
  return found.attributes.visibleCount + found.attributes.inFlightCount;
}

describe('L1: a reply', () => {
  test('settles its own call among many, in whatever order replies come', async () => {
    const waiting: Asked[] = [];
    rig.onAsked = (asked) => {
      waiting.push(asked);
      if (waiting.length < 40) return;
      for (const each of waiting.toReversed()) void each.reply(each.frame.body);
    };
    const calls = Array.from({ length: 40 }, (_, n) => buy(n));
    expect(await rig.runtime.run(Promise.all(calls))).toEqual(
      Array.from({ length: 40 }, (_, n) => n),
    );
  });

  test('that comes twice settles once, and the second is deleted', async () => {
    rig.onAsked = ({ frame, reply }) => {
      if (frame.body === '0') return;
      void reply('1');
      void reply('2');
    };
    const open = failureOf(buy(0));
    expect(await rig.runtime.run(buy(1))).toBe(1);
    await rig.runtime.run(open);
    await rig.runtime.advance(30_000);
    expect(await leftOnReplyQueue()).toBe(0);
    const dropped = rig.events.filter((event) => event.kind === 'replyDropped');
    expect(dropped).toMatchObject([{ reason: 'unknownCall' }]);
  });

  test('to a call that nobody made is dropped and deleted', async () => {
    rig.onAsked = (asked) => {
      const stray = { virtualQueue: `${rig.requester.clientId}unknown` };
      void asked.reply('1', stray).then(() => asked.reply('2'));
    };
    expect(await rig.runtime.run(buy(1))).toBe(2);
    await rig.runtime.advance(30_000);
    expect(await leftOnReplyQueue()).toBe(0);
  });

  test('without a virtual queue, and a request that strayed here, are dropped', async () => {
    rig.onAsked = async (asked) => {
      const queueUrl = asked.frame.replyTo?.split('#')[0] ?? '';
      await rig.service.sendBatch({ queueUrl, entries: [{ body: 'x', attributes: {} }] });
      await asked.reply('1', { header: { v: 1, type: 'query' } });
      await asked.reply('2');
    };
    expect(await rig.runtime.run(buy(1))).toBe(2);
    const reasons = rig.events.flatMap((event) =>
      event.kind === 'replyDropped' ? [event.reason] : [],
    );
    expect(reasons).toEqual(['noVirtualQueue', 'notAReply']);
  });
});

describe('a reply that cannot be read', () => {
  test.each([
    ['is not JSON', '{', {}],
    ['is empty', ' ', {}],
    ['is an event', '1', { header: { ...RESULT, kind: 'event', seq: 0 } }],
    ['is the end of a stream', '1', { header: { ...RESULT, kind: 'end', seq: 0 } }],
    ['is of a kind that nobody knows', '1', { header: { ...RESULT, kind: 'novelty' } }],
    ['is of another version', '1', { header: { ...RESULT, v: 2 } }],
    ['has a critical header that is unknown', '1', { header: { ...RESULT, '!x': 1 } }],
    ['is superjson without an envelope', '1', { header: { ...RESULT, content: 'superjson' } }],
    ['holds __proto__', '{"__proto__":{}}', {}],
    ['is too deep', '['.repeat(100) + ']'.repeat(100), {}],
  ])('since it %s is BAD_REPLY, and other calls are unharmed', async (_, body, parts) => {
    rig.onAsked = ({ frame, reply }) =>
      void (frame.body === '"bad"' ? reply(body, parts) : reply('7'));
    const [bad, good] = await rig.runtime.run(Promise.all([failureOf(buy('bad')), buy('good')]));
    expect(good).toBe(7);
    expect(bad).toMatchObject({ code: 'BAD_REPLY', maybeExecuted: true, procedure: 'buy' });
    expect(bad).toHaveProperty('callId');
    expect((bad as RpcError).message).toMatch(/^The reply could not be read: /);
  });

  test('since its header is no JSON is BAD_REPLY', async () => {
    rig.onAsked = async ({ frame, callId }) => {
      const queueUrl = frame.replyTo?.split('#')[0] ?? '';
      const attributes = {
        '__AmazonSQSVirtualQueuesClient.QueueName': { type: 'String', value: callId },
        replyq: { type: 'String', value: '{' },
      };
      await rig.service.sendBatch({ queueUrl, entries: [{ body: '1', attributes }] });
    };
    const error = await rig.runtime.run(failureOf(buy(1)));
    expect(error).toMatchObject({ code: 'BAD_REPLY', maybeExecuted: true });
  });

  test('as an error still is one, of no known code', async () => {
    rig.onAsked = ({ reply }) => void reply('[]', { header: ERROR });
    const error = await rig.runtime.run(failureOf(buy(1)));
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', origin: 'remote' });
  });
});

describe('a reply for another client on our queue', () => {
  test('is given back and told; after ten in a minute new calls fail', async () => {
    let strays = 0;
    rig.onAsked = async (asked) => {
      for (; strays < 10; strays += 1) {
        await asked.reply('1', { virtualQueue: `else${strays}` });
      }
      await asked.reply('2');
    };
    expect(await rig.runtime.run(buy(1))).toBe(2);
    expect(rig.events.filter(({ kind }) => kind === 'sharedReplyQueue')).toHaveLength(10);
    expect(await leftOnReplyQueue()).toBe(11);
    const refused = await rig.runtime.run(failureOf(buy(2)));
    expect(refused).toMatchObject({ code: 'REPLY_QUEUE_LOST', maybeExecuted: false });
    expect((refused as Error).message).toContain('private to one process');
    expect(rig.asked).toHaveLength(1);
    await rig.runtime.advance(60_000);
    strays = 10;
    rig.onAsked = ({ reply }) => void reply('3');
    expect(await rig.runtime.run(buy(3))).toBe(3);
  });
});

describe('L3: when the reply queue is gone', () => {
  test('open calls fail at once, and the next call makes a new queue', async () => {
    const first = failureOf(rig.requester.client(shop).price('a'));
    // For three seconds after it was made, a queue that is not there is one that is not there yet; and
    // the poll that is open was begun in that time.
    await rig.runtime.advance(3500);
    const queueUrl = rig.asked[0]?.frame.replyTo?.split('#')[0] ?? '';
    await rig.service.deleteQueue({ queueUrl });
    const error = await rig.runtime.run(first);
    expect(error).toMatchObject({ code: 'REPLY_QUEUE_LOST', maybeExecuted: true, elapsedMs: 3750 });
    expect(rig.events).toContainEqual(
      expect.objectContaining({ kind: 'replyQueueLost', pendingCalls: 1 }),
    );
    rig.onAsked = ({ reply }) => void reply('7');
    expect(await rig.runtime.run(buy(2))).toBe(7);
    expect(rig.asked[1]?.frame.replyTo).not.toContain(`${queueUrl}#`);
  });

  test('that a heartbeat finds out, old calls fail at once and the new call goes on', async () => {
    await rig.requester.ready();
    rig.faults.tagQueue = async () => ({ kind: 'unreachable', error: 'x' });
    rig.faults.receive = (request) =>
      new Promise((resolve) => {
        rig.runtime.setTimer(request.waitMs, () => resolve({ kind: 'unreachable', error: 'x' }));
      });
    const client = rig.requester.client(shop);
    const old = failureOf(client.price('a', { timeoutMs: 600_000 }));
    await rig.runtime.advance(200_000);
    await rig.service.deleteQueue({ queueUrl: rig.asked[0]?.frame.replyTo?.split('#')[0] ?? '' });
    delete rig.faults.tagQueue;
    delete rig.faults.receive;
    rig.onAsked = ({ reply }) => void reply('7');
    expect(await rig.runtime.run(client.price('b'))).toBe(7);
    expect(await old).toMatchObject({ code: 'REPLY_QUEUE_LOST', elapsedMs: 200_000 });
    await rig.runtime.advance(15_000);
  });

  test('a call whose reply queue cannot be made fails and says that nothing ran', async () => {
    rig.faults.createQueue = async () => ({ kind: 'denied', error: 'not allowed' });
    const error = await rig.runtime.run(failureOf(buy(1)));
    expect(error).toMatchObject({ code: 'NOT_SENT', maybeExecuted: false, queue: 'shop' });
    expect((error as Error).message).toContain('not allowed');
    delete rig.faults.createQueue;
    rig.onAsked = ({ reply }) => void reply('7');
    expect(await rig.runtime.run(buy(2))).toBe(7);
  });
});

describe('L2: receives', () => {
  const receives = (): number => rig.apiRequests('ReceiveMessage', 'RequesterClientQueues');

  test('are not begun while no call is open', async () => {
    await rig.requester.ready();
    await rig.runtime.advance(60_000);
    expect(receives()).toBe(0);
    rig.onAsked = ({ reply }) => void reply('7');
    await rig.runtime.run(buy(1));
    await rig.runtime.advance(60_000);
    expect(receives()).toBe(1);
  });

  test('go on for a call that outlasts a long poll', async () => {
    rig.onAsked = ({ reply }) => void rig.runtime.setTimer(50_000, () => void reply('7'));
    const call = rig.requester.client(shop).price('a', { timeoutMs: 60_000 });
    expect(await rig.runtime.run(call)).toBe(7);
    expect(receives()).toBe(3);
  });

  const hops = Array.from({ length: 12 }, (_, n) => n);
  test.each(hops)('serve a call that is made %i microtasks after the reply', async (n) => {
    rig.onAsked = ({ frame, reply }) => void reply(frame.body);
    for (let round = 0; round < 3; round += 1) {
      expect(await buyAfter(n, round)).toBe(round);
    }
  });

  async function buyAfter(microtasks: number, input: number): Promise<unknown> {
    return rig.runtime.run(
      buy('before').then(async () => {
        for (let n = 0; n < microtasks; n += 1) await Promise.resolve();
        return buy(input);
      }),
    );
  }

  test('serve a call that is made in a queued microtask, or while another is open', async () => {
    rig.onAsked = ({ frame, reply }) =>
      void rig.runtime.setTimer(Number(frame.body), () => void reply(frame.body));
    const queued = buy(5).then(
      () => new Promise((resolve) => queueMicrotask(() => resolve(buy(6)))),
    );
    expect(await rig.runtime.run(Promise.all([buy(3), queued, buy(9)]))).toEqual([3, 6, 9]);
  });
});
