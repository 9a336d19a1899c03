import type { Delivery } from '@replyq/contract/transport';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import type { FrameQueue } from './frame-queue.ts';
import { bodiesOf } from './frame-reader.ts';
import type { OutgoingProbeOptions } from './outgoing-probe.ts';
import { expectAccepted } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import { VISIBILITY_MS, type TransportUser } from './transport-user.ts';

const FIVE = ['1', '2', '3', '4', '5'];
const FIVE_MINUTES_MS = 300_000;

/** Which frames share a message, and what becomes of those that do. */
export const packingCases: readonly TransportCase[] = [
  transportCase('frames travel alone until a reply has said that they need not', async (t) => {
    expectEqual(await messagesOf(await t.queue(), t), 5, 'Messages');
  }),
  transportCase('as many frames share a message as a reply has said', async (t) => {
    const queue = await t.queue();
    queue.outbox.heardPacks(3);
    const ids = await queue.feed(FIVE, inPack);
    const shared = [0, 0, 0, 3, 3].map((at) => ids[at]);
    expectEqual<readonly unknown[]>(ids, shared, 'Message ids');
    const deliveries = await (await queue.open()).receiveMany(5);
    expectEqual(bodiesOf(deliveries).toSorted(), FIVE, 'Bodies');
  }),
  transportCase('the most modest of several replies counts', async (t) => {
    const queue = await t.queue();
    for (const number of [8, 2, 5]) queue.outbox.heardPacks(number);
    expectEqual(await messagesOf(queue, t), 3, 'Messages');
  }),
  transportCase('a reply that says nothing of packing, or none, ends it', async (t) => {
    for (const said of [undefined, 0]) {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      queue.outbox.heardPacks(said);
      expectEqual(await messagesOf(queue, t), 5, `Messages after ${said}`);
    }
  }),
  transportCase(
    'what a reply has said holds for five minutes',
    async (t) => {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      await t.elapse(FIVE_MINUTES_MS - 1000);
      expectEqual(await messagesOf(queue, t), 1, 'Messages before');
      await t.elapse(2000);
      expectEqual(await messagesOf(queue, t), 5, 'Messages after');
    },
    ['virtualTime'],
  ),
  transportCase(
    'a transport that is told packs from the first frame on, what gets no reply, too',
    async (t) => {
      const queue = await t.queue();
      expectEqual(await messagesOf(queue, t), 2, 'Messages');
      expectEqual(await messagesOf(queue, t, {}), 2, 'Messages without reply address');
      queue.outbox.heardPacks(32);
      expectEqual(await messagesOf(queue, t), 2, 'Messages after a reply that says more');
    },
    [],
    { transport: { packing: { framesPerMessage: 3 } } },
  ),
  transportCase(
    'a transport that is told not to pack does not',
    async (t) => {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      expectEqual(await messagesOf(queue, t), 5, 'Messages');
    },
    [],
    { transport: { packing: { framesPerMessage: 1 } } },
  ),
  transportCase('frames that must not share a message do not', async (t) => {
    const alone: Readonly<Record<string, OutgoingProbeOptions>> = {
      'that say so': { ...inPack, pack: false },
      'that get no reply': {},
      'with attributes': { frame: { ...inPack.frame, attributes: { a: TEXT } } },
      'with a trace header': { frame: { ...inPack.frame, traceHeader: 'Root=1' } },
      'that are late on purpose': { ...inPack, delayMs: 1000 },
    };
    for (const [what, options] of Object.entries(alone)) {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      expectEqual(new Set(await queue.feed(['1', '2'], options)).size, 2, `Messages ${what}`);
    }
  }),
  transportCase('frames over 8 KiB travel alone', async (t) => {
    const queue = await t.queue();
    queue.outbox.heardPacks(8);
    const large = 'x'.repeat(8 * 1024 + 1);
    const ids = await queue.feed(['1', large, '2', large], inPack);
    expectEqual<readonly unknown[]>(ids, [ids[0], ids[1], ids[0], ids[3]], 'Message ids');
    expectEqual(new Set(ids).size, 3, 'Messages');
  }),
  transportCase('a packed message stays below 64 KiB', async (t) => {
    const queue = await t.queue();
    queue.outbox.heardPacks(256);
    const bodies = Array.from({ length: 20 }, (_, n) => `${n} ${'x'.repeat(8000)}`);
    const ids = await queue.feed(bodies, inPack);
    expectEqual(new Set(ids).size, 3, 'Messages');
  }),
  transportCase('frames of different groups do not share a message', async (t) => {
    const queue = await t.queue();
    queue.outbox.heardPacks(8);
    const sent = await queue.send(
      ...['a', 'b', 'a', 'b'].map((groupId) => queue.probe(groupId, { ...inPack, groupId })),
    );
    const [a, b, ...more] = sent.map(expectAccepted);
    expectEqual(more, [a, b], 'Message ids');
    expectTrue(a !== b, 'One message for two groups');
  }),
  transportCase(
    'frames of a FIFO queue travel alone',
    async (t) => {
      const queue = await t.fifoQueue();
      queue.outbox.heardPacks(8);
      const sent = await queue.send(...queue.groupProbes('g', ['1', '2']));
      expectEqual(new Set(sent.map(expectAccepted)).size, 2, 'Messages');
      const reader = await queue.open({ framesPerMessage: 8 });
      expectEqual(reader.inbox.framesPerMessage, 0, 'Frames that the reader takes');
    },
    ['fifo'],
  ),
  transportCase('a reader tells how many frames it takes in a message', async (t) => {
    const queue = await t.queue();
    const reader = await queue.open({ framesPerMessage: 4 });
    expectEqual(reader.inbox.framesPerMessage, 4, 'Frames');
    const other = await queue.open();
    expectEqual(other.inbox.framesPerMessage, 0, 'Frames where nothing is said');
  }),
  transportCase('a reader that gets full messages asks for fewer', async (t) => {
    const queue = await t.queue();
    queue.outbox.heardPacks(4);
    const bodies = Array.from({ length: 16 }, (_, n) => `${n}`);
    await queue.feed(bodies, inPack);
    const reader = await queue.open({ framesPerMessage: 4 });
    await reader.receiveMany(4, 1);
    const deliveries = await reader.receive({ maxFrames: 8 });
    expectTrue(deliveries.length <= 8, `${deliveries.length} frames`);
    // The fourth message was left to others.
    await (await queue.open()).receiveMany(4);
  }),
  transportCase(
    'each frame of a message that fails learns of it, and is sent again',
    async (t) => {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      t.script.next('sendBatch', { kind: 'failEntry', index: 0, failure: 'throttled' });
      const ids = await queue.feed(FIVE, inPack);
      expectEqual(new Set(ids).size, 1, 'Messages');
      expectEqual(t.script.count('sendBatch'), 2, 'Sends');
    },
    ['faults'],
  ),
  transportCase(
    'frames of a message that is refused are tried one by one',
    async (t) => {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      const invalid = { kind: 'failEntry', index: 0, failure: 'invalid' } as const;
      // The message, and then its second frame.
      t.script.next('sendBatch', invalid, { kind: 'pass' }, invalid);
      const sent = await queue.send(...['1', '2', '3'].map((body) => queue.probe(body, inPack)));
      expectEqual(
        sent.map(({ kind }) => kind),
        ['accepted', 'refused', 'accepted'],
        'Outcomes',
      );
    },
    ['faults'],
  ),
  transportCase(
    'a pack goes back whole where the reader may not send, which then takes none',
    async (t) => {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      await queue.feed(['1', '2', '3'], inPack);
      const reader = await queue.open({ framesPerMessage: 8 });
      t.script.always('sendBatch', { kind: 'fail', failure: 'denied' });
      const [one, ...others] = await reader.receiveMany(3);
      one?.ack();
      for (const other of others) other.release(0);
      await reader.flush();
      expectEqual(reader.inbox.framesPerMessage, 0, 'Frames that the reader takes');
      const again: readonly Delivery[] = await reader.receiveMany(3);
      expectEqual(bodiesOf(again), ['1', '2', '3'], 'Bodies');
      expectTrue(
        again.every(({ separable }) => !separable),
        'It is separable',
      );
      for (const delivery of again) delivery.ack();
      await reader.flush();
    },
    ['faults'],
  ),
  transportCase(
    'frames whose time is over do not come again when a pack is taken apart',
    async (t) => {
      const queue = await t.queue();
      queue.outbox.heardPacks(8);
      const short = { ...inPack.frame, header: { ...HEADER, timeoutMs: VISIBILITY_MS } };
      await queue.send(
        queue.probe('long', inPack),
        queue.probe('short', { ...inPack, frame: short }),
        queue.probe('done', inPack),
      );
      const reader = await queue.open();
      const deliveries = await reader.receiveMany(3);
      deliveries.find(({ frame }) => frame.body === 'done')?.ack();
      await t.elapse(VISIBILITY_MS + 500);
      for (const delivery of deliveries) delivery.release(0);
      await reader.flush();
      const again = await reader.receiveOne();
      expectEqual(again.frame.body, 'long', 'Body');
      const left = Number(again.frame.header?.['timeoutMs']);
      expectTrue(left < HEADER.timeoutMs - VISIBILITY_MS, `${left} ms are left`);
      again.ack();
      await reader.expectNothing('The others are over');
    },
  ),
];

const TEXT = { type: 'String', value: 'a' };
const HEADER = { v: 1, type: 'query', timeoutMs: 20_000, at: 0, content: 'json' } as const;
/** A request that gets its reply on a queue of somebody's. */
const inPack = {
  frame: { replyTo: 'http://queue.test/000000000000/replies#call', header: HEADER },
} satisfies OutgoingProbeOptions;

/** In how many messages five frames leave; they are taken from the queue again. */
async function messagesOf(
  queue: FrameQueue,
  t: TransportUser,
  options: OutgoingProbeOptions = inPack,
): Promise<number> {
  const ids = await queue.feed(FIVE, options);
  const reader = await queue.open();
  await reader.drain(5);
  await reader.close();
  await t.elapse(0);
  return new Set(ids).size;
}
