import type { Received } from '@replyq/contract/transport';
import { writePack } from '@replyq/contract/wire';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { bodiesOf, expectDeliveries } from './frame-reader.ts';
import { requestFrame } from './outgoing-probe.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import type { TransportUser } from './transport-user.ts';

/** The wait for frames: how it ends. */
export const receiveCases: readonly TransportCase[] = [
  transportCase('a receive brings no more frames than it asked for', async (t) => {
    const queue = await t.queue();
    await queue.feed(['1', '2', '3', '4', '5']);
    const reader = await queue.open();
    const counts: number[] = [];
    for (let left = 5; left > 0; left -= counts.at(-1) ?? 0) {
      counts.push((await reader.receive({ maxFrames: 2 })).length);
      if (counts.length > 10) break;
    }
    expectTrue(
      counts.every((count) => count <= 2),
      `Counts: ${counts.join(', ')}`,
    );
  }),
  transportCase('a receive without a bound brings all frames that have come', async (t) => {
    const queue = await t.queue();
    const bodies = Array.from({ length: 30 }, (_, index) => String(index));
    await queue.put(writePack(bodies.map((body) => requestFrame({ body }))));
    const reader = await queue.open();
    const deliveries = await reader.receive({ maxFrames: Infinity });
    expectEqual(bodiesOf(deliveries), bodies, 'Bodies');
  }),
  transportCase('a receive from an empty queue ends by itself after its wait', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ waitMs: 2_000 });
    const startMs = t.runtime.monotonicMs();
    expectEqual(await reader.receive(), [], 'Deliveries');
    const tookMs = t.runtime.monotonicMs() - startMs;
    expectTrue(tookMs >= 1_500 && tookMs <= 4_000, `It took ${tookMs} ms`);
  }),
  transportCase('a frame that is sent during the wait ends it', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ waitMs: 5_000 });
    const startMs = t.runtime.monotonicMs();
    const open = reader.inbox.receive({ maxFrames: 10 });
    await queue.feed(['x']);
    expectEqual(bodiesOf(expectDeliveries(await t.run(open))), ['x'], 'Bodies');
    expectTrue(t.runtime.monotonicMs() - startMs < 3_000, 'It waited on');
  }),
  transportCase('aborting a receive ends it at once, without deliveries', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ waitMs: 5_000 });
    const stop = new AbortController();
    const open = reader.inbox.receive({ maxFrames: 10, signal: stop.signal });
    await t.elapse(100);
    await expectEndsAtOnce(t, open, () => stop.abort());
    await expectEndsAtOnce(t, reader.inbox.receive({ maxFrames: 10, signal: stop.signal }));
  }),
  transportCase('frames that one receive has no room for end another that waits', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ waitMs: 5_000 });
    const open = [1, 2].map(() => reader.inbox.receive({ maxFrames: 1 }));
    await t.elapse(100);
    const startMs = t.runtime.monotonicMs();
    await queue.put(writePack(['1', '2'].map((body) => requestFrame({ body }))));
    const ends = await t.run(Promise.all(open));
    const bodies = ends.flatMap((received) => bodiesOf(expectDeliveries(received)));
    expectEqual(bodies.sort(), ['1', '2'], 'Bodies');
    expectTrue(t.runtime.monotonicMs() - startMs < 2_000, 'It waited on');
  }),
  transportCase(
    'aborting a receive that has taken over an open wait ends it at once',
    async (t) => {
      const queue = await t.queue();
      const reader = await queue.open({ waitMs: 5_000 });
      // Two waits, of which one may stay open when a single message has frames for both.
      const both = [1, 2].map(() => reader.inbox.receive({ maxFrames: 1 }));
      await t.elapse(100);
      await queue.put(writePack(['1', '2'].map((body) => requestFrame({ body }))));
      await t.run(Promise.all(both));
      const stop = new AbortController();
      const next = reader.inbox.receive({ maxFrames: 1, signal: stop.signal });
      await t.elapse(100);
      stop.abort();
      const startMs = t.runtime.monotonicMs();
      await t.run(next);
      expectTrue(t.runtime.monotonicMs() - startMs < 1_000, 'It waited on');
    },
  ),
  transportCase('an aborted receive loses nothing that is sent after it', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ waitMs: 5_000 });
    const stop = new AbortController();
    const open = reader.inbox.receive({ maxFrames: 10, signal: stop.signal });
    await t.elapse(100);
    stop.abort();
    await t.run(open);
    await queue.feed(['x']);
    expectEqual(await reader.drain(1), ['x'], 'Bodies');
  }),
  transportCase('two receives at once share no frame, and both go on', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ waitMs: 3_000 });
    const open = [reader.inbox.receive({ maxFrames: 3 }), reader.inbox.receive({ maxFrames: 3 })];
    await t.elapse(50);
    const sent = ['1', '2', '3', '4', '5', '6'];
    await queue.feed(sent);
    const ends = await t.run(Promise.all(open));
    const first = ends.flatMap((received) => bodiesOf(expectDeliveries(received)));
    const rest = await reader.receiveMany(sent.length - first.length);
    expectEqual([...first, ...bodiesOf(rest)].sort(), sent, 'Bodies');
  }),
  transportCase('a receive from a queue that was deleted says that it is gone', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open();
    await queue.delete();
    const received = await reader.try();
    expectEqual(received.kind, 'gone', 'It ended');
  }),
  transportCase('a receive after close says that the inbox is closed', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open();
    await reader.close();
    expectEqual((await reader.try()).kind, 'closed', 'It ended');
  }),
  transportCase('close ends an open receive', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ waitMs: 5_000 });
    const open = reader.inbox.receive({ maxFrames: 10 });
    await t.elapse(100);
    const startMs = t.runtime.monotonicMs();
    await reader.close();
    const received = await t.run(open);
    expectTrue(t.runtime.monotonicMs() - startMs < 1_000, 'It waited on');
    expectTrue(received.kind !== 'gone', 'It says that the queue is gone');
  }),
  transportCase('an inbox knows its queue by name, and close is idempotent', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open();
    expectEqual(reader.inbox.queue, queue.name, 'The name');
    expectEqual(queue.outbox.queue, queue.name, 'The name at the outbox');
    await reader.close();
    await reader.close();
  }),
];

async function expectEndsAtOnce(
  t: TransportUser,
  open: Promise<Received>,
  end?: () => void,
): Promise<void> {
  const startMs = t.runtime.monotonicMs();
  end?.();
  expectEqual(expectDeliveries(await t.run(open)), [], 'Deliveries');
  const tookMs = t.runtime.monotonicMs() - startMs;
  expectTrue(tookMs < 1_000, `It took ${tookMs} ms`);
}
