import { RpcError } from '@replyq/contract';
import { encodeErrorBody } from '@replyq/contract/wire';
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

/** An address on the requester's own reply queue. */
function addressed({ frame }: Asked, callId: string): string {
  return `${frame.replyTo?.split('#')[0]}#${callId}`;
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
      const route = { ...asked.frame, replyTo: addressed(asked, 'else') };
      for (; strays < 10; strays += 1) {
        await asked.reply('1', { virtualQueue: `else${strays}`, replyTo: route.replyTo });
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
    rig.onAsked = () => undefined;
    const first = failureOf(buy(1));
    await rig.runtime.advance(10);
    const queueUrl = rig.asked[0]?.frame.replyTo?.split('#')[0] ?? '';
    await rig.runtime.advance(3000 - 1100);
    await rig.service.deleteQueue({ queueUrl });
    expect(await rig.runtime.run(first)).toMatchObject({
      code: 'REPLY_QUEUE_LOST',
      maybeExecuted: true,
    });
    rig.onAsked = ({ reply }) => void reply('7');
    expect(await rig.runtime.run(buy(2))).toBe(7);
    expect(rig.asked[1]?.frame.replyTo).not.toContain(`${queueUrl}#`);
  });

  test('an answer with a declared error of the old queue is nobody’s', async () => {
    const body = JSON.stringify(encodeErrorBody({ message: 'x', code: 'NOT_FOUND' }));
    rig.onAsked = ({ reply }) => void reply(body, { header: ERROR });
    expect(await rig.runtime.run(failureOf(buy(1)))).toMatchObject({
      code: 'NOT_FOUND',
      origin: 'remote',
    });
  });
});
