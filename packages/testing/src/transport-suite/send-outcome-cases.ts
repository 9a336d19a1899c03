import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { outgoingProbe } from './outgoing-probe.ts';
import { expectAccepted, expectOutcome, expectRefused } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

const TOO_MANY_BYTES = 2 * 1_048_576;

/** What becomes of a frame, with a service that does its work. */
export const sendOutcomeCases: readonly TransportCase[] = [
  transportCase('a frame for a queue that does not exist is refused as gone', async (t) => {
    const queue = await t.queue();
    await queue.delete();
    const outbox = t.transport.outbox(t.fixture.name('nowhere'));
    const lost = outbox.send(outgoingProbe(t.runtime, {}));
    expectRefused(await t.run(lost), 'gone');
    const [outcome] = await queue.send(queue.probe('x'));
    expectRefused(outcome, 'gone');
  }),
  transportCase('a frame that is too large is refused, and its neighbours are not', async (t) => {
    const queue = await t.queue();
    const large = queue.probe('x'.repeat(TOO_MANY_BYTES));
    const outcomes = await queue.send(queue.probe('a'), large, queue.probe('b'));
    expectAccepted(outcomes[0]);
    expectRefused(outcomes[1], 'tooLarge');
    expectAccepted(outcomes[2]);
    const bodies = await (await queue.open()).drain(2);
    expectEqual([...bodies].sort(), ['a', 'b'], 'Bodies');
  }),
  transportCase('a frame whose encode throws is refused as invalid, and says why', async (t) => {
    const queue = await t.queue();
    const broken = queue.probe('x', {
      encode: () => {
        throw new Error('no such codec');
      },
    });
    const outcomes = await queue.send(queue.probe('a'), broken, queue.probe('b'));
    expectTrue(expectRefused(outcomes[1], 'invalid').includes('no such codec'), 'It says not why');
    expectAccepted(outcomes[0]);
    expectAccepted(outcomes[2]);
  }),
  transportCase('a frame sent after the transport was closed is refused as closed', async (t) => {
    const queue = await t.queue();
    await t.run(t.transport.close());
    const probe = queue.probe('x');
    const [outcome] = await queue.send(probe);
    expectRefused(outcome, 'closed');
    expectEqual(probe.encodedWithMs, [], 'Encodes');
  }),
  transportCase(
    'a frame more than the buffer takes is refused as overloaded, the others are sent',
    async (t) => {
      const queue = await t.queue();
      const outcomes = await queue.send(...['a', 'b', 'c', 'd'].map((body) => queue.probe(body)));
      for (const outcome of outcomes.slice(0, 3)) expectAccepted(outcome);
      expectRefused(outcomes[3], 'overloaded');
      await queue.feed(['e']);
    },
    [],
    { transport: { maxBufferedFrames: 3 } },
  ),
  transportCase(
    'a nested frame to a queue that is served here without room is refused',
    async (t) => {
      const queue = await t.queue();
      const inbox = await queue.open({ hasRoom: () => false });
      const nested = queue.probe('nested', { nested: true });
      const outcomes = await queue.send(nested, queue.probe('from outside'));
      expectRefused(outcomes[0], 'overloaded');
      expectAccepted(outcomes[1]);
      expectEqual(nested.encodedWithMs, [], 'Encodes');
      const [again] = await queue.send(queue.probe('nested', { nested: true }));
      expectRefused(again, 'overloaded');
      await inbox.close();
      const [served] = await queue.send(queue.probe('nested', { nested: true }));
      expectAccepted(served);
    },
  ),
  transportCase(
    'a nested frame is sent where there is room, or another queue is meant',
    async (t) => {
      const full = await t.queue();
      const other = await t.queue();
      await full.open({ hasRoom: () => false });
      await full.open({ hasRoom: () => true });
      await other.feed(['x'], { nested: true });
      await full.feed(['x'], { nested: true });
    },
  ),
  transportCase('a frame that nobody waits for is withdrawn and never encoded', async (t) => {
    const queue = await t.queue();
    const probe = queue.probe('x', { withdrawn: () => true });
    const outcomes = await queue.send(queue.probe('a'), probe);
    expectAccepted(outcomes[0]);
    expectOutcome(outcomes[1], 'withdrawn');
    expectEqual(probe.encodedWithMs, [], 'Encodes');
    const reader = await queue.open();
    expectEqual(await reader.drain(1), ['a'], 'Bodies');
    await reader.expectNothing('It was withdrawn');
  }),
  transportCase('a frame whose deadline has passed is withdrawn and never encoded', async (t) => {
    const queue = await t.queue();
    const probe = queue.probe('x', { timeoutMs: 0 });
    const [outcome] = await queue.send(probe);
    expectOutcome(outcome, 'withdrawn');
    expectEqual(probe.encodedWithMs, [], 'Encodes');
  }),
  transportCase('a frame is encoded with the time that is left', async (t) => {
    const queue = await t.queue();
    const probe = queue.probe('x', { timeoutMs: 10_000 });
    await t.elapse(1_000);
    const [outcome] = await queue.send(probe);
    expectAccepted(outcome);
    const [remainingMs = 0] = probe.encodedWithMs;
    expectEqual(probe.encodedWithMs.length, 1, 'Encodes');
    expectTrue(remainingMs <= 9_100 && remainingMs > 5_000, `Remaining: ${remainingMs} ms`);
  }),
  transportCase('a frame that waits at close is refused as closed, or was accepted', async (t) => {
    const queue = await t.queue();
    const sending = queue.start(queue.probe('x'));
    await t.run(t.transport.close());
    const [outcome] = await t.run(sending);
    if (outcome?.kind !== 'accepted') expectRefused(outcome, 'closed');
  }),
];
