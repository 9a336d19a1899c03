import { RpcError, type RpcErrorCode } from '@replyq/contract';
import type { QueueRef } from '@replyq/contract/transport';
import { expectEqual, expectOk, expectTrue } from '../queue-service-suite/expect.ts';
import { outgoingProbe } from './outgoing-probe.ts';
import { expectAccepted, expectRefused } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import type { TransportUser } from './transport-user.ts';

const NAMESPACE = 'ns-';

/** How queues are referred to, found and made. */
export const queueRefCases: readonly TransportCase[] = [
  transportCase('a queue is found by its name, its URL and its ARN', async (t) => {
    const queue = await t.queue();
    for (const ref of [queue.name, queue.url, queue.arn]) {
      await sendTo(t, ref, ref);
      const reader = await t.reader(ref);
      expectEqual(reader.inbox.queue, queue.name, 'The name');
      expectEqual(await reader.drain(1), [ref], 'Bodies');
      await reader.close();
    }
  }),
  transportCase(
    'a namespace goes before names, not before URLs and ARNs',
    async (t) => {
      const base = t.fixture.name('q');
      const queue = await t.queue({ name: `${NAMESPACE}${base}` });
      for (const ref of [base, queue.url, queue.arn]) await sendTo(t, ref, ref);
      const arrived = await (await t.reader(base)).drain(3);
      expectEqual([...arrived].sort(), [base, queue.url, queue.arn].sort(), 'Bodies');
      const outside = await t.queue();
      const outcome = await t.run(t.transport.outbox(outside.name).send(probeOf(t, 'x')));
      expectRefused(outcome, 'gone');
    },
    [],
    { transport: { namespace: NAMESPACE } },
  ),
  transportCase('opening a queue that does not exist rejects, and names it', async (t) => {
    const name = t.fixture.name('missing');
    await expectRejects(t, t.transport.openInbox(name, {}), 'NOT_FOUND', name);
    await expectRejects(t, t.transport.openReplies(name, {}), 'NOT_FOUND', name);
    expectEqual(await queuesNamed(t, name), 0, 'Queues');
  }),
  transportCase('opening what is no queue at all rejects', async (t) => {
    await expectRejects(t, t.transport.openInbox('no queue!', {}), 'BAD_REQUEST', 'no queue!');
    const outcome = await t.run(t.transport.outbox('no queue!').send(probeOf(t, 'x')));
    expectRefused(outcome, 'invalid');
  }),
  transportCase('a queue is made when that is asked for, once', async (t) => {
    const name = t.fixture.name('made');
    await t.reader(name, { create: true });
    await t.reader(name, { create: true });
    await t.elapse(1_000);
    expectEqual(await queuesNamed(t, name), 1, 'Queues');
    await sendTo(t, name, 'x');
    expectEqual(await (await t.reader(name)).drain(1), ['x'], 'Bodies');
    await deleteNamed(t, name);
  }),
  transportCase(
    'a FIFO queue is made by its name',
    async (t) => {
      const name = `${t.fixture.name('made')}.fifo`;
      const reader = await t.reader(name, { create: true });
      await t.elapse(1_000);
      const probe = outgoingProbe(t.runtime, { groupId: 'a', deduplicationId: '1' });
      expectAccepted(await t.run(t.transport.outbox(name).send(probe)));
      expectEqual((await reader.receiveOne()).groupId, 'a', 'The group');
      await deleteNamed(t, name);
    },
    ['fifo'],
  ),
  transportCase('receives from a queue that was just made wait until it is usable', async (t) => {
    const name = t.fixture.name('made');
    const reader = await t.reader(name, { create: true });
    await reader.expectNothing('Nothing was sent');
    await deleteNamed(t, name);
  }),
  transportCase(
    'a queue that is made after a frame was refused is found by the next',
    async (t) => {
      const name = t.fixture.name('later');
      const outbox = t.transport.outbox(name);
      expectRefused(await t.run(outbox.send(probeOf(t, 'x'))), 'gone');
      await t.queue({ name });
      expectAccepted(await t.run(outbox.send(probeOf(t, 'y'))));
    },
  ),
  transportCase('all who ask for the outbox of a queue share it', async (t) => {
    const queue = await t.queue();
    const same = t.transport.outbox(queue.name) === t.transport.outbox(queue.name);
    expectTrue(same, 'Two outboxes');
  }),
];

function probeOf(t: TransportUser, body: string): ReturnType<typeof outgoingProbe> {
  return outgoingProbe(t.runtime, { frame: { body } });
}

async function sendTo(t: TransportUser, ref: QueueRef, body: string): Promise<void> {
  expectAccepted(await t.run(t.transport.outbox(ref).send(probeOf(t, body))));
}

async function expectRejects(
  t: TransportUser,
  opening: Promise<unknown>,
  code: RpcErrorCode,
  named: string,
): Promise<void> {
  const error: unknown = await t.run(opening).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!RpcError.is(error)) throw new Error(`Not an RpcError: ${String(error)}`);
  expectEqual(error.code, code, 'The code');
  expectTrue(error.message.includes(named), `It does not name the queue: ${error.message}`);
}

async function queueUrls(t: TransportUser, name: string): Promise<readonly string[]> {
  const listing = t.fixture.service.listQueues({ prefix: name });
  return expectOk(await t.run(listing), 'ListQueues').queueUrls;
}

async function queuesNamed(t: TransportUser, name: string): Promise<number> {
  return (await queueUrls(t, name)).length;
}

async function deleteNamed(t: TransportUser, name: string): Promise<void> {
  await t.elapse(1_000);
  for (const queueUrl of await queueUrls(t, name)) {
    expectOk(await t.run(t.fixture.service.deleteQueue({ queueUrl })), 'DeleteQueue');
  }
}
