import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { bodiesOf } from './frame-reader.ts';
import { expectAccepted } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

/** What leaves together, counted in calls of the service. */
export const batchingCases: readonly TransportCase[] = [
  transportCase(
    '25 frames of one turn leave in three calls',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(numbered(25));
      expectTrue(t.script.count('sendBatch') <= 3, `${t.script.count('sendBatch')} calls`);
    },
    ['faults'],
  ),
  transportCase(
    'a lone frame leaves at once, without waiting for company',
    async (t) => {
      const queue = await t.queue();
      const sentAtMs = t.runtime.monotonicMs();
      await queue.feed(['x']);
      expectEqual(t.runtime.monotonicMs() - sentAtMs, 0, 'Milliseconds');
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'frames that come while batches are on their way leave together',
    async (t) => {
      const queue = await t.queue();
      t.script.always('sendBatch', { kind: 'holdAnswer' });
      const sending: Promise<unknown>[] = [];
      for (const body of numbered(14)) {
        sending.push(queue.start(queue.probe(body)));
        await t.elapse(0);
      }
      t.script.heal();
      await t.run(Promise.all(sending));
      const calls = t.script.count('sendBatch');
      expectTrue(calls <= 6, `${calls} calls for 14 frames, most of them while others waited`);
    },
    ['faults'],
  ),
  transportCase(
    'ten acks leave in one call',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(numbered(10));
      const reader = await queue.open();
      const deliveries = await reader.receiveMany(10);
      for (const delivery of deliveries) delivery.ack();
      await reader.flush();
      expectEqual(t.script.count('deleteBatch'), 1, 'Deletes');
    },
    ['faults'],
  ),
  transportCase(
    'a few acks wait for company, but not for long',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['a', 'b', 'c']);
      const reader = await queue.open();
      const [a, b, c] = await reader.receiveMany(3);
      a?.ack();
      await t.elapse(50);
      b?.ack();
      c?.ack();
      expectEqual(t.script.count('deleteBatch'), 0, 'Deletes before');
      await t.elapse(1_000);
      expectEqual(t.script.count('deleteBatch'), 1, 'Deletes after a second');
    },
    ['faults'],
  ),
  transportCase(
    'flush sends the acks that wait, now',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['a', 'b', 'c']);
      const reader = await queue.open();
      for (const delivery of await reader.receiveMany(3)) delivery.ack();
      const flushedAtMs = t.runtime.monotonicMs();
      await reader.flush();
      expectEqual(t.script.count('deleteBatch'), 1, 'Deletes');
      expectTrue(t.runtime.monotonicMs() - flushedAtMs < 200, 'It waited for the linger');
    },
    ['faults'],
  ),
  transportCase(
    'twenty held messages cost two calls a heartbeat',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(numbered(20));
      const reader = await queue.open({ visibilityMs: 30_000 });
      await reader.receiveMany(20);
      await t.elapse(45_000);
      const calls = t.script.count('changeVisibilityBatch');
      expectTrue(calls >= 4 && calls <= 8, `${calls} calls in 45 s at a visibility of 30 s`);
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'nothing is asked of the service while nobody receives and nothing is held',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['a']);
      const reader = await queue.open();
      expectEqual(bodiesOf(await reader.receiveMany(1)), ['a'], 'Bodies');
      await reader.close();
      const before = t.script.count('receive') + t.script.count('changeVisibilityBatch');
      await t.elapse(600_000);
      const after = t.script.count('receive') + t.script.count('changeVisibilityBatch');
      expectEqual(after - before, 0, 'Calls in ten minutes');
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'replies to one reply queue share a call, whoever they are for',
    async (t) => {
      const requests = await t.queue();
      const replyQueue = await t.madeReplyQueue();
      await t.elapse(1_000);
      const router = await t.run(t.transport.openReplies(requests.url, {}));
      const sending = numbered(5).map((id) => {
        const route = router.route(replyQueue.addressOf(`call-${id}`));
        if (route.kind === 'refused') throw new Error(`Refused: ${route.rule}`);
        return route.outbox.send(requests.probe(id));
      });
      for (const outcome of await t.run(Promise.all(sending))) expectAccepted(outcome);
      expectEqual(t.script.count('sendBatch'), 1, 'Sends');
    },
    ['faults'],
  ),
];

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => String(at));
}
