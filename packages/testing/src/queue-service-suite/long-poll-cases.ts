import type { ReceiveResult } from '@replyq/queue';
import { expectEqual, expectFailure, expectOk, expectTrue } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import type { QueueServiceFixture } from './queue-service-fixture.ts';
import { openQueue } from './queue-user.ts';

export const longPollCases: readonly QueueServiceCase[] = [
  queueServiceCase('a waiting receive is answered when a message comes', async (f) => {
    const queue = await openQueue(f);
    const startMs = f.runtime.monotonicMs();
    const poll = openPoll(f, queue.url, 20_000);
    await f.elapse(500);
    await queue.send('x');
    const { messages } = expectOk(await f.finish(poll), 'Receive');
    expectEqual(
      messages.map(({ body }) => body),
      ['x'],
      'Bodies',
    );
    const tookMs = f.runtime.monotonicMs() - startMs;
    expectTrue(tookMs < 10_000, `It took ${tookMs} ms`);
  }),
  queueServiceCase('a receive waits as long as it was told and comes back empty', async (f) => {
    const queue = await openQueue(f);
    const startMs = f.runtime.monotonicMs();
    const { messages } = expectOk(await f.finish(openPoll(f, queue.url, 2_000)), 'Receive');
    const tookMs = f.runtime.monotonicMs() - startMs;
    expectEqual(messages.length, 0, 'Messages');
    expectTrue(tookMs > 1_500 && tookMs < 10_000, `It took ${tookMs} ms`);
  }),
  queueServiceCase('a waiting receive is answered when a held message comes back', async (f) => {
    const queue = await openQueue(f);
    await queue.send('x');
    await queue.receiveOne({ visibilityMs: 2_000 });
    const { messages } = expectOk(await f.finish(openPoll(f, queue.url, 10_000)), 'Receive');
    expectEqual(messages[0]?.receiveCount, 2, 'Receive count');
  }),
  queueServiceCase('aborting a waiting receive ends it', async (f) => {
    const queue = await openQueue(f);
    const abort = new AbortController();
    const poll = openPoll(f, queue.url, 20_000, abort.signal);
    await f.elapse(200);
    abort.abort();
    expectFailure(await f.finish(poll), 'aborted', 'Receive');
  }),
  queueServiceCase('a message sent after an aborted receive is not lost', async (f) => {
    const queue = await openQueue(f);
    const abort = new AbortController();
    const poll = openPoll(f, queue.url, 20_000, abort.signal);
    await f.elapse(200);
    abort.abort();
    await f.finish(poll);
    await queue.send('x');
    expectEqual((await queue.receiveOne({ waitMs: 5_000 })).body, 'x', 'Body');
  }),
  queueServiceCase('an operation whose signal has aborted before ends as aborted', async (f) => {
    const queueUrl = await f.makeQueue();
    const signal = AbortSignal.abort();
    const entries = [{ body: 'x', attributes: {} }];
    expectFailure(await f.service.sendBatch({ queueUrl, entries, signal }), 'aborted', 'Send');
    expectFailure(await openPoll(f, queueUrl, 20_000, signal), 'aborted', 'Receive');
    expectFailure(await f.service.listQueues({ prefix: 'x', signal }), 'aborted', 'List');
    expectFailure(await f.service.getQueueUrl({ name: 'x', signal }), 'aborted', 'Find');
  }),
  queueServiceCase('one message goes to one of two waiting receives', async (f) => {
    const queue = await openQueue(f);
    const polls = Promise.all([openPoll(f, queue.url, 2_000), openPoll(f, queue.url, 2_000)]);
    await f.elapse(500);
    await queue.send('x');
    const results = await f.finish(polls);
    const messages = results.flatMap((result) => expectOk(result, 'Receive').messages);
    expectEqual(messages.length, 1, 'Messages');
  }),
];

function openPoll(
  { service }: QueueServiceFixture,
  queueUrl: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<ReceiveResult> {
  // Short: where a dead receive can still take a message, it is back soon.
  const request = { queueUrl, waitMs, maxMessages: 10, visibilityMs: 2_000 };
  return service.receive(signal === undefined ? request : { ...request, signal });
}
