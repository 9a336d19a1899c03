import { expectEqual, expectFailure, expectOk } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import type { QueueServiceFixture } from './queue-service-fixture.ts';
import { openQueue, type QueueUser } from './queue-user.ts';

/** Longer than a few messages take to move. */
const MOVE_TURNS = 20;

/** What administrators ask for: changed attributes, purges, and the way back from a dead-letter queue. */
export const administrationCases: readonly QueueServiceCase[] = [
  queueServiceCase('changed attributes are told, and others stay', async (f) => {
    const queueUrl = await f.makeQueue({ attributes: { visibilityMs: 7_000, delayMs: 1_000 } });
    const attributes = { visibilityMs: 9_000, retentionMs: 120_000 };
    expectOk(await f.service.setQueueAttributes({ queueUrl, attributes }), 'SetQueueAttributes');
    const told = expectOk(await f.service.getQueueAttributes({ queueUrl }), 'Read').attributes;
    const { delayMs, retentionMs, visibilityMs } = told;
    expectEqual([visibilityMs, retentionMs, delayMs], [9_000, 120_000, 1_000], 'Attributes');
  }),
  queueServiceCase('a change outside the ranges is refused and changes nothing', async (f) => {
    const queueUrl = await f.makeQueue({ attributes: { visibilityMs: 7_000 } });
    for (const attributes of [{ retentionMs: 59_000 }, { visibilityMs: 43_201_000 }]) {
      const result = await f.service.setQueueAttributes({ queueUrl, attributes });
      expectFailure(result, 'invalid', JSON.stringify(attributes));
    }
    const told = expectOk(await f.service.getQueueAttributes({ queueUrl }), 'Read').attributes;
    expectEqual([told.visibilityMs, told.retentionMs], [7_000, 345_600_000], 'Attributes');
  }),
  queueServiceCase('a redrive policy can be given to a queue that is there', async (f) => {
    const { arn } = await openDeadLetters(f);
    const queueUrl = await f.makeQueue();
    const redrive = { deadLetterArn: arn, maxReceiveCount: 7 };
    const changed = await f.service.setQueueAttributes({ queueUrl, attributes: { redrive } });
    expectOk(changed, 'SetQueueAttributes');
    const told = expectOk(await f.service.getQueueAttributes({ queueUrl }), 'Read').attributes;
    expectEqual(told.redrive, redrive, 'Redrive policy');
  }),
  queueServiceCase(
    'a dead-letter queue takes only what its RedriveAllowPolicy allows',
    async (f) => {
      const { arn, deadLetters } = await openDeadLetters(f);
      const attributes = { extra: { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' } };
      const changed = await f.service.setQueueAttributes({ queueUrl: deadLetters.url, attributes });
      expectOk(changed, 'SetQueueAttributes');
      const redrive = { deadLetterArn: arn, maxReceiveCount: 3 };
      const made = await f.service.createQueue({ name: f.queueName('q'), attributes: { redrive } });
      expectFailure(made, 'invalid', 'CreateQueue');
    },
    ['strictMessages'],
  ),
  queueServiceCase('a purged queue is empty, and so is what was in flight', async (f) => {
    const queue = await openQueue(f);
    await queue.send(['1', '2', '3']);
    await queue.receiveMany(1, { maxMessages: 1, visibilityMs: 1_000 });
    expectOk(await f.service.purgeQueue({ queueUrl: queue.url }), 'PurgeQueue');
    await f.elapse(1_100);
    await queue.expectNothing('Purged');
    await queue.send('new');
    expectEqual((await queue.receiveOne()).body, 'new', 'Body');
  }),
  queueServiceCase('a queue is not purged twice within a minute', async (f) => {
    const queueUrl = await f.makeQueue();
    expectOk(await f.service.purgeQueue({ queueUrl }), 'PurgeQueue');
    expectFailure(await f.service.purgeQueue({ queueUrl }), 'throttled', 'At once');
  }),
  queueServiceCase('a dead-letter queue tells the queues it serves, by name', async (f) => {
    const { arn, deadLetters } = await openDeadLetters(f);
    const attributes = { redrive: { deadLetterArn: arn, maxReceiveCount: 3 } };
    const prefix = f.queueName('s');
    const b = await f.makeQueue({ name: `${prefix}-b`, attributes });
    const a = await f.makeQueue({ name: `${prefix}-a`, attributes });
    await f.makeQueue();
    const result = await f.service.listDeadLetterSourceQueues({ queueUrl: deadLetters.url });
    expectEqual(expectOk(result, 'ListDeadLetterSourceQueues').queueUrls, [a, b], 'Sources');
    const none = await f.service.listDeadLetterSourceQueues({ queueUrl: a });
    expectEqual(expectOk(none, 'ListDeadLetterSourceQueues').queueUrls, [], 'Of a work queue');
  }),
  queueServiceCase('a move task moves dead letters back as new messages', async (f) => {
    // A service need not have such tasks.
    if (f.service.startMessageMoveTask === undefined) return;
    const { arn, deadLetters } = await openDeadLetters(f);
    const attributes = { redrive: { deadLetterArn: arn, maxReceiveCount: 1 } };
    const queue = await openQueue(f, { attributes });
    await queue.send(['1', '2'], { attributes: { a: { type: 'String', value: 'v' } } });
    for (const { receiptHandle } of await queue.receiveMany(2)) {
      expectOk(await queue.changeVisibility(receiptHandle, 0), 'Release');
    }
    await queue.expectNothing('Received as often as allowed');
    const dead = await deadLetters.receiveMany(2);
    for (const { receiptHandle } of dead) await deadLetters.changeVisibility(receiptHandle, 0);
    const task = await f.service.startMessageMoveTask({ sourceArn: arn });
    expectOk(task, 'StartMessageMoveTask');
    for (let turn = 0; turn < MOVE_TURNS; turn += 1) {
      const told = await f.service.listMessageMoveTasks?.({ sourceArn: arn });
      if (told === undefined) throw new Error('Tasks can be started and not be listed');
      const [newest] = expectOk(told, 'ListMessageMoveTasks').tasks;
      if (newest?.status !== 'RUNNING') break;
      await f.elapse(1_000);
    }
    const back = await queue.receiveMany(2);
    expectEqual(back.map(({ body }) => body).toSorted(), ['1', '2'], 'Bodies');
    for (const message of back) {
      expectEqual(message.receiveCount, 1, 'Receive count');
      expectEqual(message.attributes, { a: { type: 'String', value: 'v' } }, 'Attributes');
      expectEqual(
        dead.some(({ messageId }) => messageId === message.messageId),
        false,
        'Old id',
      );
    }
  }),
];

async function openDeadLetters(
  fixture: QueueServiceFixture,
): Promise<{ readonly deadLetters: QueueUser; readonly arn: string }> {
  const deadLetters = await openQueue(fixture, { name: fixture.queueName('dead') });
  const result = await fixture.service.getQueueAttributes({ queueUrl: deadLetters.url });
  return { deadLetters, arn: expectOk(result, 'GetQueueAttributes').attributes.arn };
}
