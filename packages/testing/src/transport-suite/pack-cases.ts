import type { MessageParts } from '@replyq/contract/wire';
import { writePack } from '@replyq/contract/wire';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { bodiesOf } from './frame-reader.ts';
import { replyFrame, requestFrame } from './outgoing-probe.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import { VISIBILITY_MS } from './transport-user.ts';

/** Several frames in one message: the receiver does not notice. */
export const packCases: readonly TransportCase[] = [
  transportCase('a pack of requests arrives as one delivery per frame, in order', async (t) => {
    const queue = await t.queue();
    const frames = ['1', '2', '3'].map((body) =>
      requestFrame({ body, replyTo: `${queue.url}#call-${body}` }),
    );
    await queue.put(writePack(frames));
    const deliveries = await (await queue.open()).receiveMany(3);
    expectEqual(
      deliveries.map(({ frame }) => frame),
      frames,
      'The frames',
    );
    expectEqual(new Set(deliveries.map(({ messageId }) => messageId)).size, 1, 'Message ids');
  }),
  transportCase('a pack of replies arrives with each virtual queue', async (t) => {
    const queue = await t.queue();
    const frames = ['1', '2'].map((body) => replyFrame(`call-${body}`, { body }));
    await queue.put(writePack(frames));
    const deliveries = await (await queue.open()).receiveMany(2);
    expectEqual(
      deliveries.map(({ frame }) => frame),
      frames,
      'The frames',
    );
  }),
  transportCase('one bad frame of a pack spoils nothing else', async (t) => {
    const queue = await t.queue();
    const { body, attributes } = packOf('1', '2', '3');
    const lines = body.split('\n');
    lines[3] = '{"this is": no JSON';
    await queue.put({ body: lines.join('\n'), attributes });
    const deliveries = await (await queue.open()).receiveMany(3);
    const readable = deliveries.map(({ frame }) => frame.malformed === undefined);
    expectEqual(readable, [true, false, true], 'Readable');
    expectEqual([deliveries[0]?.frame.body, deliveries[2]?.frame.body], ['1', '3'], 'Bodies');
  }),
  transportCase('a pack that cannot be cut is one malformed frame', async (t) => {
    const queue = await t.queue();
    const { attributes } = packOf('1', '2');
    await queue.put({ body: 'no lines', attributes });
    const reader = await queue.open();
    const deliveries = await reader.receive();
    expectEqual(deliveries.length, 1, 'Deliveries');
    expectTrue(deliveries[0]?.frame.malformed !== undefined, 'It is not malformed');
  }),
  transportCase('a pack whose frames are all acked does not come again', async (t) => {
    const queue = await t.queue();
    await queue.put(packOf('1', '2', '3'));
    const reader = await queue.open();
    for (const delivery of await reader.receiveMany(3)) delivery.ack();
    await reader.flush();
    await t.elapse(VISIBILITY_MS + 1_000);
    await reader.expectNothing('All were acked');
  }),
  transportCase('a pack of which nothing was settled comes again whole', async (t) => {
    const queue = await t.queue();
    await queue.put(packOf('1', '2', '3'));
    const first = await queue.open();
    await first.receiveMany(3);
    await first.close();
    const again = await (await queue.open()).receiveMany(3);
    expectEqual(bodiesOf(again), ['1', '2', '3'], 'Bodies');
    expectEqual(again[0]?.receiveCount, 2, 'Receive count');
  }),
  transportCase('of a pack, only what was not settled comes again, by itself', async (t) => {
    const queue = await t.queue();
    await queue.put(packOf('1', '2', '3'));
    const first = await queue.open();
    const [one, two] = await first.receiveMany(3);
    one?.ack();
    two?.ack();
    await first.close();
    const reader = await queue.open();
    const [three] = await reader.receiveMany(1);
    expectEqual([three?.frame.body, three?.receiveCount], ['3', 1], 'The frame');
    expectEqual(three?.frame.header?.['try'], 2, 'Attempt');
    await reader.expectNothing('The others were acked');
  }),
  transportCase('a frame of a pack that is settled twice counts once', async (t) => {
    const queue = await t.queue();
    await queue.put(packOf('1', '2'));
    const first = await queue.open();
    const [one] = await first.receiveMany(2);
    one?.ack();
    one?.ack();
    await first.close();
    expectEqual(bodiesOf(await (await queue.open()).receiveMany(1)), ['2'], 'Bodies');
  }),
  transportCase(
    'of a pack, what is released comes again by itself, and the rest not',
    async (t) => {
      const queue = await t.queue();
      await queue.put(packOf('1', '2', '3'));
      const reader = await queue.open();
      const [one, two, three] = await reader.receiveMany(3);
      expectEqual(two?.separable, true, 'Separable');
      one?.ack();
      two?.release(0);
      await reader.flush();
      await reader.expectNothing('One frame is still held');
      three?.ack();
      await reader.flush();
      const again = await reader.receiveOne();
      expectEqual([again.frame.body, again.separable], ['2', false], 'The frame');
      again.ack();
      await reader.expectNothing('The others were acked');
    },
  ),
  transportCase('a pack that comes again is taken apart when it is released', async (t) => {
    const queue = await t.queue();
    await queue.put(packOf('1', '2', '3'));
    const reader = await queue.open();
    for (const delivery of await reader.receiveMany(3)) delivery.release(0);
    await reader.flush();
    const again = await reader.receiveMany(3);
    expectEqual(again[0]?.receiveCount, 2, 'Receive count');
    for (const delivery of again) delivery.release(0);
    await reader.flush();
    const single = await reader.receiveMany(3);
    expectEqual(bodiesOf(single).toSorted(), ['1', '2', '3'], 'Bodies');
    expectEqual(new Set(single.map(({ messageId }) => messageId)).size, 3, 'Message ids');
    expectEqual(new Set(single.map(({ receiveCount }) => receiveCount)), new Set([1]), 'Counts');
  }),
  transportCase(
    'a receive takes no more of a pack than it asked for, the next the rest',
    async (t) => {
      const queue = await t.queue();
      await queue.put(packOf('1', '2', '3', '4', '5'));
      const reader = await queue.open();
      const turns: (readonly string[])[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        turns.push(bodiesOf(await reader.receive({ maxFrames: 2 })));
      }
      expectEqual(turns, [['1', '2'], ['3', '4'], ['5']], 'Bodies');
    },
  ),
  transportCase('frames beyond what a receive asked for wait, held', async (t) => {
    const queue = await t.queue();
    await queue.put(packOf('1', '2', '3'));
    const reader = await queue.open();
    await reader.receive({ maxFrames: 1 });
    await t.elapse(2 * VISIBILITY_MS);
    await (await queue.open()).expectNothing('The rest is held');
    expectEqual(bodiesOf(await reader.receive({ maxFrames: 9 })), ['2', '3'], 'Bodies');
  }),
];

function packOf(...bodies: readonly string[]): MessageParts {
  return writePack(bodies.map((body) => requestFrame({ body })));
}
