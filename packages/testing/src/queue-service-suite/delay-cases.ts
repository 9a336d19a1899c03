import { expectEqual, expectRefusal } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import { openQueue } from './queue-user.ts';

const DAY_MS = 86_400_000;

export const delayCases: readonly QueueServiceCase[] = [
  queueServiceCase('a delayed message comes after its delay', async (f) => {
    const queue = await openQueue(f);
    await queue.send('late', { delayMs: 3_000 });
    await queue.send('now');
    expectEqual((await queue.receiveOne()).body, 'now', 'Body');
    await queue.expectNothing('Delayed');
    await f.elapse(2_500);
    expectEqual((await queue.receiveOne()).body, 'late', 'Body');
  }),
  queueServiceCase("a queue's delay is that of every message without its own", async (f) => {
    const queue = await openQueue(f, { attributes: { delayMs: 3_000 } });
    await queue.send('x');
    await queue.expectNothing('Delayed');
    await f.elapse(2_500);
    await queue.receiveOne();
  }),
  queueServiceCase(
    'a delay is rounded up to whole seconds',
    async (f) => {
      const queue = await openQueue(f);
      await queue.send('x', { delayMs: 1_001 });
      await f.elapse(1_900);
      expectEqual(await queue.receive({ waitMs: 0 }), [], 'Messages after 1.9 s');
      await f.elapse(100);
      await queue.receiveOne();
    },
    ['virtualTime'],
  ),
  queueServiceCase('a delay of more than 15 minutes is refused', async (f) => {
    const queueUrl = await f.makeQueue();
    const entries = [{ body: 'x', attributes: {}, delayMs: 901_000 }];
    expectRefusal(await f.service.sendBatch({ queueUrl, entries }), 'invalid', '901 s');
  }),
  queueServiceCase(
    'a delay of 15 minutes passes',
    async (f) => {
      const queue = await openQueue(f);
      await queue.send('x', { delayMs: 900_000 });
      await f.elapse(899_000);
      expectEqual(await queue.receive({ waitMs: 0 }), [], 'Messages after 899 s');
      await f.elapse(1_000);
      await queue.receiveOne();
    },
    ['virtualTime'],
  ),
  queueServiceCase(
    'a message is kept as long as the queue says, received or not',
    async (f) => {
      const queue = await openQueue(f, { attributes: { retentionMs: 2 * DAY_MS } });
      await queue.send(['read', 'unread']);
      await queue.receive({ maxMessages: 1, visibilityMs: 1_000 });
      await f.elapse(2 * DAY_MS - 5_000);
      await queue.receiveMany(2, { visibilityMs: 1_000 });
      await f.elapse(5_000);
      await queue.expectNothing('Kept for two days');
    },
    ['virtualTime'],
  ),
];
