import { expectEqual, expectFailure, expectOk, expectTrue } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import { openQueue } from './queue-user.ts';

const HOUR_MS = 3_600_000;

export const visibilityCases: readonly QueueServiceCase[] = [
  queueServiceCase(
    'a received message is hidden until its timeout, then comes again',
    async (f) => {
      const queue = await openQueue(f);
      await queue.send('x');
      const first = await queue.receiveOne({ visibilityMs: 3_000 });
      await queue.expectNothing('In flight');
      await f.elapse(2_500);
      const second = await queue.receiveOne();
      expectEqual(second.messageId, first.messageId, 'Message id');
      expectEqual(second.receiveCount, 2, 'Receive count');
      expectEqual(second.sentAtMs, first.sentAtMs, 'Sent');
      expectEqual(second.firstReceivedAtMs, first.firstReceivedAtMs, 'First received');
      expectTrue(second.receiptHandle !== first.receiptHandle, 'The receipt handle is the same');
    },
  ),
  queueServiceCase('visibility 0 gives a message back at once', async (f) => {
    const queue = await openQueue(f);
    await queue.send('x');
    const { receiptHandle } = await queue.receiveOne();
    expectOk(await queue.changeVisibility(receiptHandle, 0), 'Release');
    expectEqual((await queue.receiveOne()).receiveCount, 2, 'Receive count');
  }),
  queueServiceCase('visibility counts anew from each change', async (f) => {
    const queue = await openQueue(f);
    await queue.send('x');
    const { receiptHandle } = await queue.receiveOne({ visibilityMs: 2_000 });
    await f.elapse(1_000);
    expectOk(await queue.changeVisibility(receiptHandle, 5_000), 'Extend');
    await f.elapse(2_500);
    await queue.expectNothing('Extended');
    await f.elapse(2_500);
    await queue.receiveOne();
  }),
  queueServiceCase('a changed visibility is not remembered at the next receive', async (f) => {
    const queue = await openQueue(f);
    await queue.send('x');
    const { receiptHandle } = await queue.receiveOne({ visibilityMs: 1_000 });
    expectOk(await queue.changeVisibility(receiptHandle, 2_000), 'Extend');
    await f.elapse(2_500);
    await queue.receiveOne({ visibilityMs: 1_000 });
    await f.elapse(1_500);
    await queue.receiveOne();
  }),
  queueServiceCase('deleting with an old handle succeeds without effect', async (f) => {
    const queue = await openQueue(f);
    await queue.send('x');
    const old = await queue.receiveOne({ visibilityMs: 1_000 });
    await f.elapse(1_500);
    await queue.receiveOne({ visibilityMs: 2_000 });
    await queue.delete(old);
    await f.elapse(2_500);
    expectEqual((await queue.receiveOne()).receiveCount, 3, 'Receive count');
  }),
  queueServiceCase('deleting twice succeeds', async (f) => {
    const queue = await openQueue(f);
    await queue.send('x');
    const message = await queue.receiveOne();
    await queue.delete(message);
    await queue.delete(message);
  }),
  queueServiceCase(
    'the visibility of a message that is not in flight cannot be changed',
    async (f) => {
      const queue = await openQueue(f);
      await queue.send(['deleted']);
      const deleted = await queue.receiveOne();
      await queue.delete(deleted);
      const afterDelete = await queue.changeVisibility(deleted.receiptHandle, 1_000);
      expectFailure(afterDelete, 'staleHandle', 'After the delete');
      await queue.send(['expired']);
      const expired = await queue.receiveOne({ visibilityMs: 1_000 });
      await f.elapse(1_500);
      const afterTimeout = await queue.changeVisibility(expired.receiptHandle, 1_000);
      expectFailure(afterTimeout, 'staleHandle', 'After the timeout');
      await queue.receiveOne();
      const afterReceive = await queue.changeVisibility(expired.receiptHandle, 0);
      expectFailure(afterReceive, 'staleHandle', 'After the next receive');
    },
    ['strictHandles'],
  ),
  queueServiceCase('the visibility of an unknown handle cannot be changed', async (f) => {
    const queue = await openQueue(f);
    expectFailure(await queue.changeVisibility('made up', 1_000), 'staleHandle', 'Made up');
  }),
  queueServiceCase(
    'a message can be held for twelve hours from its receive and no longer',
    async (f) => {
      const queue = await openQueue(f);
      await queue.send('x');
      const { receiptHandle } = await queue.receiveOne({ visibilityMs: HOUR_MS });
      for (let hour = 0.5; hour < 11; hour += 0.5) {
        await f.elapse(HOUR_MS / 2);
        expectOk(await queue.changeVisibility(receiptHandle, HOUR_MS), `At hour ${hour}`);
      }
      await f.elapse(HOUR_MS / 2);
      const tooLong = await queue.changeVisibility(receiptHandle, HOUR_MS + 1_000);
      expectFailure(tooLong, 'invalid', 'A second more than twelve hours');
      expectOk(await queue.changeVisibility(receiptHandle, HOUR_MS), 'Twelve hours');
    },
    ['virtualTime'],
  ),
];
