import { sleep } from '@replyq/contract/transport';
import { HOST_QUEUE_TAGS } from '@replyq/queue';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import {
  deleteHostQueues,
  expectFailed,
  hostQueues,
  REPLY_QUEUE_PREFIX,
  tagsOf,
} from './reply-queue-cases.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

const MINUTE_MS = 60_000;

/** The host reply queue over time and under faults. */
export const replyQueueLifeCases: readonly TransportCase[] = [
  transportCase(
    'callers that wait for a reply queue share one attempt to make it',
    async (t) => {
      const replyQueue = t.replyQueue();
      const all = await t.run(Promise.all([1, 2, 3].map(() => replyQueue.ready())));
      expectEqual(
        all.map(({ kind }) => kind),
        ['ready', 'ready', 'ready'],
        'Readiness',
      );
      await t.run(replyQueue.ready());
      expectEqual(t.script.count('createQueue'), 1, 'Calls');
    },
    ['faults'],
  ),
  transportCase(
    'making a reply queue is tried again when the service fails',
    async (t) => {
      const clientId = t.fixture.name('c');
      t.script.next('createQueue', { kind: 'fail', failure: 'throttled' }, { kind: 'loseAnswer' });
      await t.madeReplyQueue(clientId);
      await t.elapse(1_000);
      expectEqual((await hostQueues(t, clientId)).length, 1, 'Queues');
    },
    ['faults'],
  ),
  transportCase(
    'a reply queue that may not be made fails at once, and is tried again when asked again',
    async (t) => {
      const replyQueue = t.replyQueue();
      t.script.next('createQueue', { kind: 'fail', failure: 'denied' });
      expectFailed(await t.run(replyQueue.ready()), 'denied');
      expectEqual((await t.run(replyQueue.ready())).kind, 'ready', 'Readiness');
      expectEqual(t.script.count('createQueue'), 2, 'Calls');
    },
    ['faults'],
  ),
  transportCase(
    'a reply queue that cannot be made fails as unavailable after a while',
    async (t) => {
      const replyQueue = t.replyQueue();
      t.script.always('createQueue', { kind: 'fail', failure: 'unreachable' });
      expectFailed(await t.run(replyQueue.ready()), 'unavailable');
      expectTrue(t.runtime.monotonicMs() < MINUTE_MS, 'It took more than a minute');
      t.script.heal();
      expectEqual((await t.run(replyQueue.ready())).kind, 'ready', 'Readiness');
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'a name that is blocked is left for the next',
    async (t) => {
      const clientId = t.fixture.name('c');
      t.script.next('createQueue', { kind: 'fail', failure: 'deletedRecently' });
      const replyQueue = await t.madeReplyQueue(clientId);
      expectEqual(replyQueue.queue, `${REPLY_QUEUE_PREFIX}${clientId}-1`, 'The name');
    },
    ['faults'],
  ),
  transportCase(
    'a heartbeat tags the reply queue about every 100 s, and one that fails does not stop it',
    async (t) => {
      const clientId = t.fixture.name('c');
      await t.madeReplyQueue(clientId);
      t.script.next('tagQueue', { kind: 'pass' }, { kind: 'fail', failure: 'throttled' });
      const marks: number[] = [];
      for (const atMs of [85_000, 115_000, 230_000, 345_000]) {
        await t.elapse(atMs - t.runtime.monotonicMs());
        marks.push(t.script.count('tagQueue'));
      }
      expectEqual(marks, [0, 1, 2, 3], 'Heartbeats at 85 s, 115 s, 230 s and 345 s');
      const tags = await tagsOf(t, clientId);
      const agoMs = t.runtime.nowMs() - Number(tags[HOST_QUEUE_TAGS.heartbeat]);
      expectTrue(agoMs < 110_000, `The last heartbeat is ${agoMs} ms old`);
    },
    ['faults', 'virtualTime'],
  ),
  ...[10 * MINUTE_MS, -10 * MINUTE_MS].map((clockSkewMs) =>
    transportCase(
      `a heartbeat tells the service's time, with a clock ${clockSkewMs / MINUTE_MS} min ahead`,
      async (t) => {
        const clientId = t.fixture.name('c');
        await t.madeReplyQueue(clientId);
        await t.elapse(115_000);
        const tags = await tagsOf(t, clientId);
        const trueNowMs = t.runtime.nowMs() - clockSkewMs;
        const agoMs = trueNowMs - Number(tags[HOST_QUEUE_TAGS.heartbeat]);
        expectTrue(agoMs >= -1_500 && agoMs < 30_000, `The last heartbeat is ${agoMs} ms old`);
      },
      ['virtualTime'],
      { clockSkewMs },
    ),
  ),
  transportCase(
    'a reply queue without a heartbeat for half its time is proven before a call leaves',
    async (t) => {
      const replyQueue = await t.madeReplyQueue();
      t.script.always('tagQueue', { kind: 'fail', failure: 'unreachable' });
      await t.elapse(4 * MINUTE_MS);
      expectEqual(replyQueue.isReady(), false, 'Ready');
      t.script.heal();
      const before = t.script.count('tagQueue');
      expectEqual((await t.run(replyQueue.ready())).kind, 'ready', 'Readiness');
      expectEqual(t.script.count('tagQueue') - before, 1, 'Heartbeats');
      expectEqual(replyQueue.isReady(), true, 'Ready again');
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'a reply queue that turns out to be gone when it is proven is made anew',
    async (t) => {
      const clientId = t.fixture.name('c');
      const replyQueue = await t.madeReplyQueue(clientId);
      t.script.always('tagQueue', { kind: 'fail', failure: 'unreachable' });
      await t.elapse(4 * MINUTE_MS);
      t.script.heal();
      await deleteHostQueues(t, clientId);
      expectEqual((await t.run(replyQueue.ready())).kind, 'ready', 'Readiness');
      expectEqual(replyQueue.queue, `${REPLY_QUEUE_PREFIX}${clientId}-1`, 'The name');
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'close waits for a reply queue that is being made, and leaves none',
    async (t) => {
      const clientId = t.fixture.name('c');
      const replyQueue = t.replyQueue(clientId);
      t.script.next('createQueue', { kind: 'holdAnswer', until: sleep(t.runtime, 1_500) });
      let isMade = false;
      const ready = replyQueue.ready().finally(() => {
        isMade = true;
      });
      await t.elapse(100);
      await t.run(replyQueue.close());
      expectTrue(isMade, 'Close did not wait');
      await t.elapse(1_500);
      expectEqual(await hostQueues(t, clientId), [], 'Queues');
      expectFailed(await t.run(ready), 'closed');
    },
    ['faults'],
  ),
  transportCase(
    'close waits for a lost reply queue that is being made anew, and leaves none',
    async (t) => {
      const clientId = t.fixture.name('c');
      const replyQueue = await t.madeReplyQueue(clientId);
      t.script.always('tagQueue', { kind: 'fail', failure: 'unreachable' });
      await t.elapse(4 * MINUTE_MS);
      t.script.heal();
      await deleteHostQueues(t, clientId);
      t.script.next('createQueue', { kind: 'holdAnswer', until: sleep(t.runtime, 1_500) });
      let isMade = false;
      const ready = replyQueue.ready().finally(() => {
        isMade = true;
      });
      await t.elapse(100);
      await t.run(replyQueue.close());
      expectTrue(isMade, 'Close did not wait');
      await t.elapse(1_500);
      expectEqual(await hostQueues(t, clientId), [], 'Queues');
      expectFailed(await t.run(ready), 'closed');
    },
    ['faults', 'virtualTime'],
  ),
];
