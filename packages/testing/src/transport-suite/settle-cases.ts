import { expectEqual } from '../queue-service-suite/expect.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import { VISIBILITY_MS } from './transport-user.ts';

/** Deliveries: held until they are settled, once. */
export const settleCases: readonly TransportCase[] = [
  transportCase('an acked frame does not come again', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const reader = await queue.open();
    (await reader.receiveOne()).ack();
    await reader.flush();
    await t.elapse(VISIBILITY_MS + 1_000);
    await reader.expectNothing('It was acked');
  }),
  transportCase('a released frame comes again at once, counted twice', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const reader = await queue.open();
    (await reader.receiveOne()).release(0);
    await reader.flush();
    expectEqual((await reader.receiveOne()).receiveCount, 2, 'Receive count');
  }),
  transportCase('a frame that is released for a while comes again after it', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const reader = await queue.open();
    (await reader.receiveOne()).release(4_000);
    await reader.flush();
    await reader.expectNothing('Released for four seconds');
    await t.elapse(1_000);
    await reader.expectNothing('Two or three of four seconds have passed');
    await t.elapse(2_000);
    expectEqual((await reader.receiveOne()).receiveCount, 2, 'Receive count');
  }),
  transportCase('a release after an ack is ignored', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const reader = await queue.open();
    const delivery = await reader.receiveOne();
    delivery.ack();
    delivery.release(0);
    await reader.expectNothing('It was acked and is not given back');
    await reader.flush();
    await t.elapse(VISIBILITY_MS + 1_000);
    await reader.expectNothing('It was acked');
  }),
  transportCase('an ack after a release is ignored', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const reader = await queue.open();
    const delivery = await reader.receiveOne();
    delivery.release(0);
    delivery.ack();
    delivery.ack();
    await reader.flush();
    await reader.receiveOne();
  }),
  transportCase('a held frame stays hidden for much longer than its visibility', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const reader = await queue.open();
    const delivery = await reader.receiveOne();
    await t.elapse(5 * VISIBILITY_MS);
    const other = await queue.open();
    await other.expectNothing('It is held');
    delivery.ack();
    await reader.flush();
    await t.elapse(VISIBILITY_MS);
    await other.expectNothing('It was acked');
  }),
  transportCase('a frame that nobody settled is given back by close', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const first = await queue.open({ visibilityMs: 30_000 });
    await first.receiveOne();
    await first.close();
    expectEqual((await (await queue.open()).receiveOne()).receiveCount, 2, 'Receive count');
  }),
  transportCase('an ack that waits is sent by close', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const first = await queue.open();
    (await first.receiveOne()).ack();
    await first.close();
    await t.elapse(VISIBILITY_MS + 1_000);
    await (await queue.open()).expectNothing('It was acked');
  }),
  transportCase('an ack after close is ignored: the frame was given back', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const first = await queue.open();
    const delivery = await first.receiveOne();
    await first.close();
    delivery.ack();
    await first.flush();
    expectEqual((await (await queue.open()).receiveOne()).frame.body, 'x', 'The body');
  }),
  transportCase(
    'an ack after close leaves no timer and asks nothing of the service',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x']);
      const reader = await queue.open();
      const delivery = await reader.receiveOne();
      await reader.close();
      delivery.ack();
      await t.elapse(2_000);
      expectEqual(t.script.count('deleteBatch'), 0, 'Deletes');
    },
    ['faults'],
  ),
];
