import type { OutgoingMessage } from '@replyq/queue';
import { expectEqual, expectOk, expectRefusal } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import { openFifoQueue, openQueue, type QueueUser } from './queue-user.ts';

const WINDOW_MS = 300_000;

export const fifoCases: readonly QueueServiceCase[] = [
  queueServiceCase(
    'a group comes in the order of sends',
    async (f) => {
      const queue = await openFifoQueue(f);
      await sendGroup(queue, 'g', ['1', '2', '3', '4', '5']);
      const bodies: string[] = [];
      while (bodies.length < 5) {
        const messages = await queue.receiveMany(1, { maxMessages: 1 });
        bodies.push(...messages.map(({ body }) => body));
        await queue.delete(...messages);
      }
      expectEqual(bodies, ['1', '2', '3', '4', '5'], 'Order');
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a message carries its group',
    async (f) => {
      const queue = await openFifoQueue(f);
      await sendGroup(queue, 'tenant-1', ['x']);
      expectEqual((await queue.receiveOne()).groupId, 'tenant-1', 'Group');
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a group with a message in flight is locked, other groups are not',
    async (f) => {
      const queue = await openFifoQueue(f);
      await sendGroup(queue, 'a', ['a1', 'a2']);
      const first = await queue.receiveOne();
      expectEqual(first.body, 'a1', 'Body');
      await sendGroup(queue, 'b', ['b1']);
      expectEqual((await queue.receiveOne()).body, 'b1', 'Body');
      await queue.expectNothing('Group a is locked');
      await queue.delete(first);
      expectEqual((await queue.receiveOne()).body, 'a2', 'Body');
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a message given back comes before the later ones of its group',
    async (f) => {
      const queue = await openFifoQueue(f);
      await sendGroup(queue, 'g', ['1', '2']);
      const { receiptHandle } = await queue.receiveOne();
      expectOk(await queue.changeVisibility(receiptHandle, 0), 'Release');
      const again = await queue.receiveOne();
      expectEqual([again.body, again.receiveCount], ['1', 2], 'Body and receive count');
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a message whose timeout passed comes before the later ones',
    async (f) => {
      const queue = await openFifoQueue(f);
      await sendGroup(queue, 'g', ['1', '2']);
      await queue.receiveOne({ visibilityMs: 1_000 });
      await f.elapse(1_500);
      expectEqual((await queue.receiveOne()).body, '1', 'Body');
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a duplicate is accepted under the first id and not stored',
    async (f) => {
      const queue = await openFifoQueue(f);
      const rest = { groupId: 'g', deduplicationId: 'd' };
      const [first] = await queue.send('first', rest);
      const [second] = await queue.send('second', rest);
      expectEqual(second, first, 'Message id');
      const message = await queue.receiveOne();
      expectEqual(message.body, 'first', 'Body');
      await queue.delete(message);
      await queue.send('third', rest);
      await queue.expectNothing('Deleted or not, it is a duplicate');
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a duplicate is known for five minutes',
    async (f) => {
      const queue = await openFifoQueue(f);
      const rest = { groupId: 'g', deduplicationId: 'd' };
      await queue.send('first', rest);
      await f.elapse(WINDOW_MS - 1);
      await queue.send('duplicate', rest);
      await f.elapse(1);
      await queue.send('another', rest);
      const first = await queue.receiveOne();
      await queue.delete(first);
      const second = await queue.receiveOne();
      expectEqual([first.body, second.body], ['first', 'another'], 'Bodies');
    },
    ['fifo', 'virtualTime'],
  ),
  queueServiceCase(
    'with content-based deduplication the body is the id',
    async (f) => {
      const queue = await openFifoQueue(f, { contentBasedDeduplication: true });
      const ids = await queue.send(['same', 'same', 'other'], { groupId: 'g' });
      expectEqual(ids[1], ids[0], 'Message id');
      const first = await queue.receiveOne();
      await queue.delete(first);
      const second = await queue.receiveOne();
      expectEqual([first.body, second.body], ['same', 'other'], 'Bodies');
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a FIFO queue refuses what it cannot order',
    async (f) => {
      const queue = await openFifoQueue(f);
      await expectRefused(queue, { deduplicationId: 'd' }, 'Without a group');
      await expectRefused(queue, { groupId: 'g' }, 'Without a deduplication id');
      const whole = { groupId: 'g', deduplicationId: 'd' };
      await expectRefused(queue, { ...whole, delayMs: 1_000 }, 'With a delay');

      async function expectRefused(
        { url }: QueueUser,
        rest: Partial<OutgoingMessage>,
        what: string,
      ): Promise<void> {
        const entries = [{ body: 'x', attributes: {}, ...rest }];
        expectRefusal(await f.service.sendBatch({ queueUrl: url, entries }), 'invalid', what);
      }
    },
    ['fifo'],
  ),
  queueServiceCase(
    'a standard queue carries a group and does not lock it',
    async (f) => {
      const queue = await openQueue(f);
      await queue.send(['1', '2'], { groupId: 'tenant' });
      const messages = [await queue.receiveOne(), await queue.receiveOne()];
      expectEqual(
        messages.map(({ groupId }) => groupId),
        ['tenant', 'tenant'],
        'Groups',
      );
    },
    ['fairQueues'],
  ),
];

async function sendGroup(
  queue: QueueUser,
  groupId: string,
  bodies: readonly string[],
): Promise<void> {
  await queue.trySend(
    bodies.map((body) => ({
      body,
      attributes: {},
      groupId,
      deduplicationId: `${groupId}-${body}`,
    })),
  );
}
