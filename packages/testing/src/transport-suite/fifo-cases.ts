import { expectEqual } from '../queue-service-suite/expect.ts';
import type { ScriptStep } from '../service-script.ts';
import { bodiesOf } from './frame-reader.ts';
import { expectAccepted } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

const SEND_FAULTS: readonly (readonly [string, ScriptStep])[] = [
  ['a whole batch fails', { kind: 'fail', failure: 'throttled' }],
  ['the first entry fails alone', { kind: 'failEntry', index: 0, failure: 'throttled' }],
  ['an answer is lost', { kind: 'loseAnswer' }],
  ['an answer does not mention an entry', { kind: 'dropEntry', index: 0 }],
];

/** FIFO queues: order within a group, and nothing between groups. */
export const fifoCases: readonly TransportCase[] = [
  transportCase(
    'the frames of a group arrive in the order of their sends',
    async (t) => {
      const queue = await t.fifoQueue();
      const bodies = Array.from({ length: 12 }, (_, at) => `a${at}`);
      await queue.feedGroup('a', bodies);
      expectEqual(await (await queue.open()).drain(12), bodies, 'Bodies');
    },
    ['fifo'],
  ),
  ...SEND_FAULTS.map(([what, step]) =>
    transportCase(
      `the frames of a group keep their order when ${what} and is retried`,
      async (t) => {
        const queue = await t.fifoQueue();
        t.script.next('sendBatch', step);
        const bodies = ['a1', 'a2', 'a3', 'a4'];
        await queue.feedGroup('a', bodies);
        const reader = await queue.open();
        expectEqual(await reader.drain(4), bodies, 'Bodies');
        await reader.expectNothing('A resend carries the same deduplication id');
      },
      ['fifo', 'faults'],
    ),
  ),
  transportCase(
    'a group that waits for another attempt does not hold up other groups',
    async (t) => {
      const queue = await t.fifoQueue();
      t.script.next('sendBatch', { kind: 'failEntry', index: 0, failure: 'throttled' });
      const done: string[] = [];
      const probes = [...queue.groupProbes('a', ['a1', 'a2']), ...queue.groupProbes('b', ['b1'])];
      const sending = probes.map(async (probe) => {
        expectAccepted(await queue.outbox.send(probe));
        done.push(probe.groupId ?? '');
      });
      await t.run(Promise.all(sending));
      expectEqual(done, ['b', 'a', 'a'], 'Accepted');
    },
    ['fifo', 'faults'],
  ),
  transportCase(
    'the deliveries of a group come one at a time, the next when the last was acked',
    async (t) => {
      const queue = await t.fifoQueue();
      await queue.feedGroup('a', ['a1', 'a2', 'a3']);
      const reader = await queue.open();
      for (const body of ['a1', 'a2', 'a3']) {
        const deliveries = await reader.receive();
        expectEqual(bodiesOf(deliveries), [body], 'Bodies');
        expectEqual(deliveries[0]?.groupId, 'a', 'The group');
        await reader.expectNothing('One of the group is out');
        deliveries[0]?.ack();
        await reader.flush();
      }
    },
    ['fifo'],
  ),
  transportCase(
    'what waits behind a delivery of its group is held, and comes when that is acked',
    async (t) => {
      const queue = await t.fifoQueue();
      await queue.feedGroup('a', ['a1', 'a2', 'a3']);
      const reader = await queue.open();
      const [first] = await reader.receive();
      await t.elapse(30_000);
      const open = reader.inbox.receive({ maxFrames: 10 });
      const ackedAtMs = t.runtime.monotonicMs();
      first?.ack();
      const received = await t.run(open);
      expectEqual(t.runtime.monotonicMs() - ackedAtMs, 0, 'Milliseconds until the next');
      const second = received.kind === 'deliveries' ? received.deliveries : [];
      expectEqual(bodiesOf(second), ['a2'], 'Bodies');
      expectEqual(second[0]?.receiveCount, 1, 'Receive count');
    },
    ['fifo', 'fifoBatches', 'virtualTime'],
  ),
  transportCase(
    'a released delivery comes again before those behind it',
    async (t) => {
      const queue = await t.fifoQueue();
      await queue.feedGroup('a', ['a1', 'a2', 'a3']);
      const reader = await queue.open();
      (await reader.receiveOne()).release(1_000);
      await reader.flush();
      expectEqual(await reader.drain(3), ['a1', 'a2', 'a3'], 'Bodies');
    },
    ['fifo'],
  ),
  transportCase(
    'deliveries of different groups come side by side',
    async (t) => {
      const queue = await t.fifoQueue();
      for (const group of ['a', 'b', 'c']) await queue.feedGroup(group, [`${group}1`, `${group}2`]);
      const deliveries = await (await queue.open()).receiveMany(3);
      expectEqual([...bodiesOf(deliveries)].sort(), ['a1', 'b1', 'c1'], 'Bodies');
    },
    ['fifo'],
  ),
  transportCase(
    'a group that is given back by close comes again in order',
    async (t) => {
      const queue = await t.fifoQueue();
      await queue.feedGroup('a', ['a1', 'a2', 'a3']);
      const first = await queue.open();
      await first.receiveOne();
      await first.close();
      expectEqual(await (await queue.open()).drain(3), ['a1', 'a2', 'a3'], 'Bodies');
    },
    ['fifo'],
  ),
];
