import { expectEqual } from '../queue-service-suite/expect.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

/** The end of a transport. Each case of the suite also fails when something is left. */
export const closeCases: readonly TransportCase[] = [
  transportCase('closing a transport is idempotent', async (t) => {
    await t.run(Promise.all([t.transport.close(), t.transport.close()]));
    await t.run(t.transport.close());
  }),
  transportCase('a transport that was never used closes', async (t) => {
    await t.run(t.transport.close());
  }),
  transportCase(
    'a transport that was used leaves no timer when it is closed',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['a', 'b', 'c']);
      const reader = await queue.open();
      const [a, b] = await reader.receiveMany(3);
      a?.ack();
      b?.release(0);
      const replyQueue = await t.madeReplyQueue();
      await t.run(replyQueue.close());
      await reader.close();
      await t.run(t.transport.close());
      expectEqual(t.fixture.openTimers?.(), 0, 'Timers');
    },
    ['virtualTime'],
  ),
  transportCase(
    'a transport that is closed in the midst of retries leaves no timer',
    async (t) => {
      const queue = await t.queue();
      t.script.always('sendBatch', { kind: 'fail', failure: 'throttled' });
      const sending = queue.start(queue.probe('x'), queue.probe('y'));
      await t.elapse(2_000);
      await t.run(t.transport.close());
      expectEqual(t.fixture.openTimers?.(), 0, 'Timers');
      await t.run(sending);
    },
    ['virtualTime', 'faults'],
  ),
];
