import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import { VISIBILITY_MS } from './transport-user.ts';

/** Deliveries when the service fails to settle or to extend them. */
export const settleFaultCases: readonly TransportCase[] = [
  transportCase(
    'an ack that fails is tried again',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x']);
      const reader = await queue.open();
      t.script.next('deleteBatch', { kind: 'fail', failure: 'throttled' });
      (await reader.receiveOne()).ack();
      await reader.flush();
      expectEqual(t.script.count('deleteBatch'), 2, 'Deletes');
      await t.elapse(VISIBILITY_MS + 1_000);
      await reader.expectNothing('It was acked');
    },
    ['faults'],
  ),
  transportCase(
    'of several acks only the one that failed is tried again',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['a', 'b', 'c']);
      const reader = await queue.open();
      t.script.next('deleteBatch', { kind: 'failEntry', index: 1, failure: 'unreachable' });
      for (const delivery of await reader.receiveMany(3)) delivery.ack();
      await reader.flush();
      const sizes = t.script.requests('deleteBatch').map((each) => each.receiptHandles.length);
      expectEqual(sizes, [3, 1], 'Entries');
    },
    ['faults'],
  ),
  transportCase(
    'a release that fails is tried again',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x']);
      const reader = await queue.open({ visibilityMs: 30_000 });
      const delivery = await reader.receiveOne();
      t.script.next('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
      delivery.release(0);
      await reader.flush();
      expectEqual((await reader.receiveOne()).receiveCount, 2, 'Receive count');
    },
    ['faults'],
  ),
  transportCase(
    'an ack that never gets through leads to a redelivery, and flush and close still resolve',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x']);
      const reader = await queue.open();
      t.script.always('deleteBatch', { kind: 'fail', failure: 'unreachable' });
      (await reader.receiveOne()).ack();
      await reader.flush();
      await reader.close();
      const calls = t.script.count('deleteBatch');
      expectTrue(calls >= 2 && calls <= 10, `${calls} deletes`);
      t.script.heal();
      await t.elapse(VISIBILITY_MS);
      expectEqual((await (await queue.open()).receiveOne()).receiveCount, 2, 'Receive count');
    },
    ['faults'],
  ),
  transportCase(
    'a frame stays hidden when one heartbeat fails',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x']);
      const reader = await queue.open();
      const delivery = await reader.receiveOne();
      t.script.next('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
      await t.elapse(3 * VISIBILITY_MS);
      await (await queue.open()).expectNothing('It is held');
      delivery.ack();
    },
    ['faults'],
  ),
  transportCase(
    'a frame stays hidden for as long as its receiver asked',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x']);
      const reader = await queue.open();
      const delivery = await reader.receiveOne();
      delivery.extend(60_000);
      await t.elapse(VISIBILITY_MS);
      // From here on the service hears nothing of us, as after a crash.
      t.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'unreachable' });
      const other = await queue.open();
      await t.elapse(50_000);
      await other.expectNothing('It was extended for a minute');
      await t.elapse(15_000);
      expectEqual((await other.receiveOne()).receiveCount, 2, 'Receive count');
    },
    ['faults', 'virtualTime'],
  ),
];
