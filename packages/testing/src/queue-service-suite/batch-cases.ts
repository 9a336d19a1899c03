import { expectEqual, expectFailure, expectOk } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import { openQueue } from './queue-user.ts';

export const batchCases: readonly QueueServiceCase[] = [
  queueServiceCase('a batch without entries is invalid', async (f) => {
    const queueUrl = await f.makeQueue();
    expectFailure(await f.service.sendBatch({ queueUrl, entries: [] }), 'invalid', 'Send');
    const receiptHandles: readonly string[] = [];
    expectFailure(await f.service.deleteBatch({ queueUrl, receiptHandles }), 'invalid', 'Delete');
    const change = await f.service.changeVisibilityBatch({ queueUrl, entries: [] });
    expectFailure(change, 'invalid', 'Change');
  }),
  queueServiceCase('a batch with one entry too many is invalid and sends nothing', async (f) => {
    const queue = await openQueue(f);
    const count = f.service.limits.maxBatchEntries + 1;
    const entries = Array.from({ length: count }, () => ({ body: 'x', attributes: {} }));
    const result = await f.service.sendBatch({ queueUrl: queue.url, entries });
    expectFailure(result, 'invalid', 'Send');
    await queue.expectNothing('Refused');
  }),
  queueServiceCase('a batch that is too large in sum is refused and sends nothing', async (f) => {
    const queue = await openQueue(f);
    const half = 'x'.repeat(f.service.limits.maxBatchBytes / 2);
    const entries = [half, half, 'x'].map((body) => ({ body, attributes: {} }));
    const result = await f.service.sendBatch({ queueUrl: queue.url, entries });
    expectFailure(result, 'tooLarge', 'Send');
    await queue.expectNothing('Refused');
  }),
  queueServiceCase('a batch of the largest sum passes', async (f) => {
    const queue = await openQueue(f);
    const half = 'x'.repeat(f.service.limits.maxBatchBytes / 2);
    await queue.send([half, half]);
  }),
  queueServiceCase(
    'an entry fails alone, and results stand in the order of entries',
    async (f) => {
      const queue = await openQueue(f);
      const outcomes = await queue.trySend([
        { body: 'first', attributes: {} },
        { body: 'bad', attributes: { a: { type: 'Nothing', value: 'v' } } },
        { body: 'last', attributes: {} },
      ]);
      expectEqual(
        outcomes.map(({ kind }) => kind),
        ['ok', 'invalid', 'ok'],
        'Outcomes',
      );
      const received = new Map((await queue.receiveMany(2)).map((m) => [m.messageId, m.body]));
      const sent = [outcomes[0], outcomes[2]].map((outcome) =>
        outcome?.kind === 'ok' ? received.get(outcome.messageId) : undefined,
      );
      expectEqual(sent, ['first', 'last'], 'Bodies under the ids of their entries');
    },
    ['strictMessages'],
  ),
  queueServiceCase('a batch deletes each of its messages', async (f) => {
    const queue = await openQueue(f);
    await queue.send(['1', '2', '3', '4']);
    const [kept, ...deleted] = await queue.receiveMany(4, { visibilityMs: 2_000 });
    await queue.delete(...deleted);
    await f.elapse(2_500);
    expectEqual((await queue.receiveOne()).messageId, kept?.messageId, 'The one that is left');
    await queue.expectNothing('Deleted');
  }),
  queueServiceCase('a batch changes the visibility of each of its messages', async (f) => {
    const queue = await openQueue(f);
    await queue.send(['1', '2']);
    const messages = await queue.receiveMany(2);
    const entries = messages.map(({ receiptHandle }) => ({ receiptHandle, visibilityMs: 0 }));
    const result = await f.service.changeVisibilityBatch({ queueUrl: queue.url, entries });
    for (const entry of expectOk(result, 'Change').entries) expectOk(entry, 'An entry');
    await queue.receiveMany(2);
  }),
];
