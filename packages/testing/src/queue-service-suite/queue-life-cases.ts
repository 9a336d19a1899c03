import type { QueueService } from '@replyq/queue';
import { expectEqual, expectFailure, expectOk } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import { openQueue } from './queue-user.ts';

export const queueLifeCases: readonly QueueServiceCase[] = [
  queueServiceCase(
    'making a queue again with the same attributes gives the same URL',
    async (f) => {
      const name = f.queueName('same');
      const attributes = { retentionMs: 120_000, visibilityMs: 7_000 };
      const queueUrl = await f.makeQueue({ name, attributes, tags: { a: '1' } });
      for (const again of [attributes, { retentionMs: 120_000 }, {}]) {
        const result = await f.service.createQueue({ name, attributes: again });
        expectEqual(expectOk(result, 'CreateQueue').queueUrl, queueUrl, 'URL');
      }
    },
  ),
  queueServiceCase('making a queue again with other attributes is refused', async (f) => {
    const name = f.queueName('other');
    await f.makeQueue({ name, attributes: { retentionMs: 120_000 } });
    const attributes = { retentionMs: 180_000 };
    expectFailure(await f.service.createQueue({ name, attributes }), 'exists', 'CreateQueue');
  }),
  queueServiceCase('queue names outside the grammar are refused', async (f) => {
    for (const name of ['', 'a b', 'a.b', 'ü', 'a/b', 'x'.repeat(81)]) {
      expectFailure(await f.service.createQueue({ name }), 'invalid', JSON.stringify(name));
    }
  }),
  queueServiceCase(
    'a name ends in .fifo if and only if the queue is FIFO',
    async (f) => {
      const bare = await f.service.createQueue({ name: `${f.queueName('a')}.fifo` });
      expectFailure(bare, 'invalid', 'A standard queue with .fifo');
      const attributes = { fifo: true };
      const fifo = await f.service.createQueue({ name: f.queueName('b'), attributes });
      expectFailure(fifo, 'invalid', 'A FIFO queue without .fifo');
    },
    ['fifo'],
  ),
  queueServiceCase('attributes outside their ranges are refused', async (f) => {
    const wrong = [
      { retentionMs: 59_000 },
      { retentionMs: 15 * 86_400_000 },
      { delayMs: 901_000 },
      { visibilityMs: 43_201_000 },
      { maxMessageBytes: 1_023 },
    ];
    for (const attributes of wrong) {
      const result = await f.service.createQueue({ name: f.queueName('wrong'), attributes });
      expectFailure(result, 'invalid', JSON.stringify(attributes));
    }
  }),
  queueServiceCase('a queue is found by its name, and an unknown one is gone', async (f) => {
    const name = f.queueName('found');
    const queueUrl = await f.makeQueue({ name });
    const found = await f.service.getQueueUrl({ name });
    expectEqual(expectOk(found, 'GetQueueUrl').queueUrl, queueUrl, 'URL');
    const unknown = await f.service.getQueueUrl({ name: f.queueName('unknown') });
    expectFailure(unknown, 'gone', 'GetQueueUrl');
  }),
  queueServiceCase('a queue tells its attributes and counts its messages', async (f) => {
    const name = f.queueName('told');
    const attributes = { visibilityMs: 7_000, retentionMs: 120_000, maxMessageBytes: 2_048 };
    const queue = await openQueue(f, { name, attributes });
    await queue.send(['1', '2', '3']);
    await queue.send('later', { delayMs: 60_000 });
    await queue.receiveMany(1, { maxMessages: 1 });
    const result = await f.service.getQueueAttributes({ queueUrl: queue.url });
    const told = expectOk(result, 'GetQueueAttributes').attributes;
    const { visibilityMs, retentionMs, maxMessageBytes } = told;
    expectEqual({ visibilityMs, retentionMs, maxMessageBytes }, attributes, 'Attributes');
    expectEqual([told.delayMs, told.fifo], [0, false], 'Defaults');
    expectEqual(told.arn.split(':').slice(-1), [name], 'The name in the ARN');
    const { visibleCount, inFlightCount, delayedCount } = told;
    expectEqual([visibleCount, inFlightCount, delayedCount], [2, 1, 1], 'Counts');
  }),
  queueServiceCase('a deleted queue is gone for every operation', async (f) => {
    const name = f.queueName('deleted');
    const queueUrl = await f.makeQueue({ name });
    expectOk(await f.service.deleteQueue({ queueUrl }), 'DeleteQueue');
    await expectAllGone(f.service, queueUrl, name);
  }),
  queueServiceCase('a queue that never was is gone for every operation', async (f) => {
    const name = f.queueName('never');
    await expectAllGone(f.service, (await f.makeQueue()).replace(/[^/]*$/, name), name);
  }),
  queueServiceCase(
    'a name is blocked for a minute after its queue was deleted',
    async (f) => {
      const name = f.queueName('again');
      const queue = await openQueue(f, { name });
      await queue.send('old');
      expectOk(await f.service.deleteQueue({ queueUrl: queue.url }), 'DeleteQueue');
      expectFailure(await f.service.createQueue({ name }), 'deletedRecently', 'At once');
      await f.elapse(59_999);
      expectFailure(await f.service.createQueue({ name }), 'deletedRecently', 'After 59.999 s');
      await f.elapse(1);
      expectOk(await f.service.createQueue({ name }), 'CreateQueue after 60 s');
      await f.elapse(1_000);
      await queue.expectNothing('The new queue is empty');
    },
    ['blockedNames', 'virtualTime'],
  ),
  queueServiceCase('a closed service is not reachable', async (f) => {
    const queueUrl = await f.makeQueue();
    await f.service.close();
    await f.service.close();
    const entries = [{ body: 'x', attributes: {} }];
    expectFailure(await f.service.sendBatch({ queueUrl, entries }), 'unreachable', 'Send');
    expectFailure(await f.service.listQueues({ prefix: '' }), 'unreachable', 'List');
    expectFailure(await f.service.deleteQueue({ queueUrl }), 'unreachable', 'Delete');
  }),
];

async function expectAllGone(service: QueueService, queueUrl: string, name: string): Promise<void> {
  const entries = [{ body: 'x', attributes: {} }];
  const receive = { queueUrl, maxMessages: 1, waitMs: 0, visibilityMs: 1_000 };
  const change = [{ receiptHandle: 'x', visibilityMs: 0 }];
  const tags = { a: '1' };
  expectFailure(await service.sendBatch({ queueUrl, entries }), 'gone', 'Send');
  expectFailure(await service.receive(receive), 'gone', 'Receive');
  expectFailure(await service.deleteBatch({ queueUrl, receiptHandles: ['x'] }), 'gone', 'Delete');
  const changed = await service.changeVisibilityBatch({ queueUrl, entries: change });
  expectFailure(changed, 'gone', 'Change');
  expectFailure(await service.getQueueUrl({ name }), 'gone', 'Find');
  expectFailure(await service.tagQueue({ queueUrl, tags }), 'gone', 'Tag');
  expectFailure(await service.listQueueTags({ queueUrl }), 'gone', 'List tags');
  expectFailure(await service.getQueueAttributes({ queueUrl }), 'gone', 'Attributes');
  expectFailure(await service.purgeQueue({ queueUrl }), 'gone', 'Purge');
  const attributes = { visibilityMs: 1_000 };
  const set = await service.setQueueAttributes({ queueUrl, attributes });
  expectFailure(set, 'gone', 'Set attributes');
  expectFailure(await service.deleteQueue({ queueUrl }), 'gone', 'Delete queue');
}
