import { expectEqual, expectOk, expectRefusal, expectTrue } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import { openQueue } from './queue-user.ts';

/** Allowed, and easy to get wrong: line ends, an astral character, the edges of the planes. */
const UNICODE = 'tab\tline\ncr\r é 漢字 👩‍👩‍👧 \uD7FF\uE000\uFFFD\u{10000}\u{10FFFF} "\\</>&amp;';

export const sendReceiveCases: readonly QueueServiceCase[] = [
  queueServiceCase('a message comes back with its body, its id and a first receive', async (f) => {
    const queue = await openQueue(f);
    const [messageId] = await queue.send('hello');
    const message = await queue.receiveOne();
    expectEqual(message.body, 'hello', 'Body');
    expectEqual(message.messageId, messageId, 'Message id');
    expectEqual(message.receiveCount, 1, 'Receive count');
    expectEqual(message.attributes, {}, 'Attributes');
    expectTrue(message.receiptHandle !== '', 'There is no receipt handle');
    expectTrue(message.firstReceivedAtMs >= message.sentAtMs, 'Received before it was sent');
  }),
  queueServiceCase('a deleted message does not come back', async (f) => {
    const queue = await openQueue(f);
    await queue.send('once');
    await queue.delete(await queue.receiveOne({ visibilityMs: 1_000 }));
    await f.elapse(1_500);
    await queue.expectNothing('Deleted');
  }),
  queueServiceCase('an empty queue answers with no messages', async (f) => {
    const queue = await openQueue(f);
    expectEqual(await queue.receive({ waitMs: 0 }), [], 'Messages');
  }),
  queueServiceCase('one receive gives no more messages than were asked for', async (f) => {
    const queue = await openQueue(f);
    await queue.send(['1', '2', '3', '4', '5']);
    const first = await queue.receive({ maxMessages: 2 });
    expectTrue(first.length >= 1 && first.length <= 2, `Got ${first.length} messages`);
    await queue.receiveMany(5 - first.length);
  }),
  queueServiceCase('a batch of ten arrives whole, each message once', async (f) => {
    const queue = await openQueue(f);
    const bodies = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const ids = await queue.send(bodies);
    expectEqual(new Set(ids).size, 10, 'Different ids');
    const messages = await queue.receiveMany(10);
    expectEqual(messages.map(({ body }) => body).sort(), bodies, 'Bodies');
    expectEqual(messages.map((m) => m.messageId).sort(), ids.toSorted(), 'Ids');
    await queue.expectNothing('All were received');
  }),
  queueServiceCase('a body keeps every character that SQS takes', async (f) => {
    const queue = await openQueue(f);
    await queue.send(UNICODE);
    expectEqual((await queue.receiveOne()).body, UNICODE, 'Body');
  }),
  queueServiceCase(
    'a body with a character that SQS does not take is refused',
    async (f) => {
      const queue = await openQueue(f);
      for (const body of ['a\u0000', '\u001B', '\uFFFE', '\uFFFF', '\uD800', 'x\uDC00y']) {
        const entries = [{ body, attributes: {} }];
        const result = await f.service.sendBatch({ queueUrl: queue.url, entries });
        expectRefusal(result, 'invalid', JSON.stringify(body));
      }
    },
    ['strictMessages'],
  ),
  queueServiceCase('an empty body is refused', async (f) => {
    const queue = await openQueue(f);
    const entries = [{ body: '', attributes: {} }];
    const result = await f.service.sendBatch({ queueUrl: queue.url, entries });
    expectRefusal(result, 'invalid', 'An empty body');
  }),
  queueServiceCase(
    'a message of the largest size passes, and one byte more does not',
    async (f) => {
      const queue = await openQueue(f);
      const attributes = { a: { type: 'String', value: 'v' } };
      const largest = 'x'.repeat(f.service.limits.maxMessageBytes - 'aStringv'.length);
      const tooLarge = { queueUrl: queue.url, entries: [{ body: `${largest}x`, attributes }] };
      expectRefusal(await f.service.sendBatch(tooLarge), 'tooLarge', 'One byte too many');
      await queue.send(largest, { attributes });
      expectEqual((await queue.receiveOne()).body.length, largest.length, 'Characters received');
    },
  ),
  queueServiceCase('a queue with a smaller limit refuses what is larger', async (f) => {
    const queue = await openQueue(f, { attributes: { maxMessageBytes: 1_024 } });
    const entries = [{ body: 'é'.repeat(513), attributes: {} }];
    const result = await f.service.sendBatch({ queueUrl: queue.url, entries });
    expectRefusal(result, 'tooLarge', '1,026 bytes');
    await queue.send('é'.repeat(512));
  }),
  queueServiceCase('results and messages carry the time of the service', async (f) => {
    const queue = await openQueue(f);
    const sent = await f.service.sendBatch({
      queueUrl: queue.url,
      entries: [{ body: 'x', attributes: {} }],
    });
    const { serviceTimeMs } = expectOk(sent, 'SendMessageBatch');
    const message = await queue.receiveOne();
    expectTrue(serviceTimeMs !== undefined, 'The result has no service time');
    const apartMs = Math.abs(message.sentAtMs - (serviceTimeMs ?? 0));
    expectTrue(apartMs <= 60_000, `The clocks of result and message are ${apartMs} ms apart`);
  }),
];
