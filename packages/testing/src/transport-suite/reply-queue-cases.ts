import type { ReplyQueueReadiness } from '@replyq/contract/transport';
import { HOST_QUEUE_TAGS } from '@replyq/queue';
import { expectEqual, expectOk, expectTrue } from '../queue-service-suite/expect.ts';
import { outgoingProbe, replyFrame } from './outgoing-probe.ts';
import { expectAccepted } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import type { TransportUser } from './transport-user.ts';

/** What AWS's own client begins the names of its host queues with. */
export const REPLY_QUEUE_PREFIX = '__RequesterClientQueues__';

/** The host reply queue: made late, once; known by its address; deleted. */
export const replyQueueCases: readonly TransportCase[] = [
  transportCase('a reply queue is not made before it is asked to be ready', async (t) => {
    const clientId = t.fixture.name('c');
    const replyQueue = t.replyQueue(clientId);
    await t.elapse(1_500);
    expectEqual(replyQueue.isReady(), false, 'Ready');
    expectEqual(await hostQueues(t, clientId), [], 'Queues');
    expectThrows(() => replyQueue.addressOf('call-1'));
  }),
  transportCase(
    'a reply queue is named after its client, under the prefix that AWS documents',
    async (t) => {
      const clientId = t.fixture.name('c');
      const replyQueue = await t.madeReplyQueue(clientId);
      await t.elapse(1_000);
      expectEqual(replyQueue.isReady(), true, 'Ready');
      expectEqual(replyQueue.queue, `${REPLY_QUEUE_PREFIX}${clientId}-0`, 'The name');
      const [url = ''] = await hostQueues(t, clientId);
      expectEqual(replyQueue.addressOf('call-1'), `${url}#call-1`, 'The address');
    },
  ),
  transportCase('two requesters have different reply queues', async (t) => {
    const [one, two] = [await t.madeReplyQueue(), await t.madeReplyQueue()];
    expectTrue(one.addressOf('call') !== two.addressOf('call'), 'The same address');
  }),
  transportCase('a reply queue carries the tags by which sweepers know it', async (t) => {
    const clientId = t.fixture.name('c');
    const beforeMs = t.runtime.nowMs();
    await t.madeReplyQueue(clientId);
    await t.elapse(1_000);
    const tags = await tagsOf(t, clientId);
    expectEqual(tags[HOST_QUEUE_TAGS.retention], '300', 'Retention');
    const beatMs = Number(tags[HOST_QUEUE_TAGS.heartbeat]);
    expectTrue(Math.abs(beatMs - beforeMs) < 5_000, `Heartbeat ${beatMs - beforeMs} ms off`);
  }),
  transportCase('a reply that is sent to a reply queue arrives there', async (t) => {
    const replyQueue = await t.madeReplyQueue();
    await t.elapse(1_000);
    const [url = ''] = replyQueue.addressOf('call-1').split('#');
    const probe = outgoingProbe(t.runtime, { encode: () => replyFrame('call-1') });
    const sending = t.transport.outbox(url).send(probe);
    expectAccepted(await t.run(sending));
    const delivery = await t.read(replyQueue).receiveOne();
    expectEqual(delivery.frame, replyFrame('call-1'), 'The frame');
    delivery.ack();
  }),
  transportCase('close deletes the reply queue, and may be called again', async (t) => {
    const clientId = t.fixture.name('c');
    const replyQueue = await t.madeReplyQueue(clientId);
    await t.elapse(1_000);
    await t.run(Promise.all([replyQueue.close(), replyQueue.close()]));
    expectEqual(await hostQueues(t, clientId), [], 'Queues');
    await t.run(replyQueue.close());
    expectEqual(replyQueue.isReady(), false, 'Ready');
    expectFailed(await t.run(replyQueue.ready()), 'closed');
    expectEqual((await t.read(replyQueue).try()).kind, 'closed', 'A receive');
  }),
  transportCase('close of a reply queue that was never made makes none', async (t) => {
    const clientId = t.fixture.name('c');
    const replyQueue = t.replyQueue(clientId);
    await t.run(replyQueue.close());
    expectFailed(await t.run(replyQueue.ready()), 'closed');
    await t.elapse(1_000);
    expectEqual(await hostQueues(t, clientId), [], 'Queues');
  }),
  transportCase('close ends an open receive from a reply queue', async (t) => {
    const replyQueue = await t.madeReplyQueue();
    await t.elapse(1_000);
    const open = replyQueue.receive({ maxFrames: 1 });
    await t.elapse(100);
    const startMs = t.runtime.monotonicMs();
    await t.run(replyQueue.close());
    expectEqual((await t.run(open)).kind, 'closed', 'It ended');
    expectTrue(t.runtime.monotonicMs() - startMs < 1_000, 'It waited on');
  }),
  transportCase(
    'a reply queue that was deleted is gone to its reader, and made anew under the next name',
    async (t) => {
      const clientId = t.fixture.name('c');
      const replyQueue = await t.madeReplyQueue(clientId);
      await t.elapse(3_500);
      const oldAddress = replyQueue.addressOf('call-1');
      await deleteHostQueues(t, clientId);
      const lost = await t.read(replyQueue).try();
      expectEqual(lost.kind, 'gone', 'A receive');
      expectEqual(replyQueue.isReady(), false, 'Ready');
      expectEqual((await t.run(replyQueue.ready())).kind, 'ready', 'Readiness');
      expectEqual(replyQueue.queue, `${REPLY_QUEUE_PREFIX}${clientId}-1`, 'The name');
      expectTrue(replyQueue.addressOf('call-1') !== oldAddress, 'The old address');
    },
  ),
  transportCase('close while a reply queue is being made leaves none', async (t) => {
    const clientId = t.fixture.name('c');
    const replyQueue = t.replyQueue(clientId);
    const ready = replyQueue.ready();
    await t.run(replyQueue.close());
    expectFailed(await t.run(ready), 'closed');
    await t.elapse(1_500);
    expectEqual(await hostQueues(t, clientId), [], 'Queues');
  }),
];

/** URLs of the host queues of one client. */
export async function hostQueues(t: TransportUser, clientId: string): Promise<readonly string[]> {
  const listing = t.fixture.service.listQueues({ prefix: `${REPLY_QUEUE_PREFIX}${clientId}-` });
  return expectOk(await t.run(listing), 'ListQueues').queueUrls;
}

export async function deleteHostQueues(t: TransportUser, clientId: string): Promise<void> {
  for (const queueUrl of await hostQueues(t, clientId)) {
    expectOk(await t.run(t.fixture.service.deleteQueue({ queueUrl })), 'DeleteQueue');
  }
}

/** The tags of a client's only host queue. */
export async function tagsOf(
  t: TransportUser,
  clientId: string,
): Promise<Readonly<Record<string, string>>> {
  const [queueUrl = ''] = await hostQueues(t, clientId);
  const listing = t.fixture.service.listQueueTags({ queueUrl });
  return expectOk(await t.run(listing), 'ListQueueTags').tags;
}

export function expectFailed(
  readiness: ReplyQueueReadiness,
  reason: Extract<ReplyQueueReadiness, { kind: 'failed' }>['reason'],
): void {
  const actual = readiness.kind === 'failed' ? readiness.reason : readiness.kind;
  expectEqual(actual, reason, 'Readiness');
}

function expectThrows(run: () => unknown): void {
  try {
    run();
  } catch {
    return;
  }
  throw new Error('It did not throw');
}
