import { expectEqual, expectFailure, expectOk } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import type { QueueServiceFixture } from './queue-service-fixture.ts';
import { openQueue, type QueueUser } from './queue-user.ts';

export const deadLetterCases: readonly QueueServiceCase[] = [
  queueServiceCase('a message received too often moves to the dead-letter queue', async (f) => {
    const { queue, deadLetters } = await openPair(f, 2);
    const attributes = { a: { type: 'String', value: 'v' } };
    const [messageId] = await queue.send('poison', { attributes });
    const { sentAtMs } = await giveBack(queue);
    await giveBack(queue);
    await queue.expectNothing('Received twice');
    const message = await deadLetters.receiveOne();
    expectEqual(message.messageId, messageId, 'Message id');
    expectEqual(message.body, 'poison', 'Body');
    expectEqual(message.attributes, attributes, 'Attributes');
    expectEqual(message.sentAtMs, sentAtMs, 'Sent');
  }),
  queueServiceCase('a message received as often as allowed stays', async (f) => {
    const { queue, deadLetters } = await openPair(f, 2);
    await queue.send('x');
    await giveBack(queue);
    expectEqual((await queue.receiveOne()).receiveCount, 2, 'Receive count');
    await deadLetters.expectNothing('Received twice');
  }),
  queueServiceCase(
    'a dead-letter queue must exist',
    async (f) => {
      const deadLetterArn = `${(await openPair(f, 1)).arn}-unknown`;
      const attributes = { redrive: { deadLetterArn, maxReceiveCount: 1 } };
      const result = await f.service.createQueue({ name: f.queueName('q'), attributes });
      expectEqual(['invalid', 'gone'].includes(result.kind), true, `Refused, not ${result.kind}`);
    },
    ['strictMessages'],
  ),
  queueServiceCase('a redrive policy is among the attributes', async (f) => {
    const { queue, arn } = await openPair(f, 3);
    const result = await f.service.getQueueAttributes({ queueUrl: queue.url });
    const { redrive } = expectOk(result, 'GetQueueAttributes').attributes;
    expectEqual(redrive, { deadLetterArn: arn, maxReceiveCount: 3 }, 'Redrive policy');
    const other = { redrive: { deadLetterArn: arn, maxReceiveCount: 4 } };
    const name = new URL(queue.url).pathname.split('/').at(-1) ?? '';
    const again = await f.service.createQueue({ name, attributes: other });
    expectFailure(again, 'exists', 'Created with another policy');
  }),
];

async function openPair(
  fixture: QueueServiceFixture,
  maxReceiveCount: number,
): Promise<{ queue: QueueUser; deadLetters: QueueUser; arn: string }> {
  const deadLetters = await openQueue(fixture, { name: fixture.queueName('dead') });
  const result = await fixture.service.getQueueAttributes({ queueUrl: deadLetters.url });
  const { arn } = expectOk(result, 'GetQueueAttributes').attributes;
  const redrive = { deadLetterArn: arn, maxReceiveCount };
  const queue = await openQueue(fixture, { attributes: { redrive } });
  return { queue, deadLetters, arn };
}

async function giveBack(queue: QueueUser): ReturnType<QueueUser['receiveOne']> {
  const message = await queue.receiveOne();
  expectOk(await queue.changeVisibility(message.receiptHandle, 0), 'Release');
  return message;
}
