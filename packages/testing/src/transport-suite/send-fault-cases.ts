import { sleep } from '@replyq/contract/transport';
import type { FailureKind } from '@replyq/queue';
import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import type { ScriptStep } from '../service-script.ts';
import { outgoingProbe } from './outgoing-probe.ts';
import { expectAccepted, expectOutcome, expectRefused } from './send-expectations.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

const LOSE: ScriptStep = { kind: 'loseAnswer' };
const fail = (failure: FailureKind): ScriptStep => ({ kind: 'fail', failure });

/** What becomes of a frame when the service fails, and that it is the truth. */
export const sendFaultCases: readonly TransportCase[] = [
  transportCase(
    'each frame of a batch learns the outcome of its own entry',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', { kind: 'failEntry', index: 1, failure: 'invalid' });
      const outcomes = await queue.send(...['a', 'b', 'c'].map((body) => queue.probe(body)));
      expectAccepted(outcomes[0]);
      expectRefused(outcomes[1], 'invalid');
      expectAccepted(outcomes[2]);
      const bodies = await (await queue.open()).drain(2);
      expectEqual([...bodies].sort(), ['a', 'c'], 'Bodies');
    },
    ['faults'],
  ),
  transportCase(
    'a frame that the service denies is refused as denied, and not sent again',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', fail('denied'));
      const [outcome] = await queue.send(queue.probe('x'));
      expectRefused(outcome, 'denied');
      expectEqual(t.script.count('sendBatch'), 1, 'Sends');
    },
    ['faults'],
  ),
  transportCase(
    'a throttled frame is sent again, encoded anew with what time is left',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', fail('throttled'), fail('unreachable'));
      const probe = queue.probe('x');
      const [outcome] = await queue.send(probe);
      expectAccepted(outcome);
      const [first = 0, second = 0, third = 0] = probe.encodedWithMs;
      expectEqual(probe.encodedWithMs.length, 3, 'Encodes');
      expectTrue(first > second && second > third, `Remaining: ${probe.encodedWithMs.join(', ')}`);
      const reader = await queue.open();
      expectEqual(await reader.drain(1), ['x'], 'Bodies');
      await reader.expectNothing('The failed attempts had no effect');
    },
    ['faults'],
  ),
  transportCase(
    'a frame whose answer was lost is sent again and accepted; its receiver may see it twice',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', LOSE);
      const [outcome] = await queue.send(queue.probe('x'));
      expectAccepted(outcome);
      expectEqual(t.script.count('sendBatch'), 2, 'Sends');
      expectEqual(await (await queue.open()).drain(2), ['x', 'x'], 'Bodies');
    },
    ['faults'],
  ),
  transportCase(
    'an entry that the answer does not mention is sent again, its neighbours are not',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', { kind: 'dropEntry', index: 1 });
      const probes = ['a', 'b', 'c'].map((body) => queue.probe(body));
      for (const outcome of await queue.send(...probes)) expectAccepted(outcome);
      const encodes = probes.map(({ encodedWithMs }) => encodedWithMs.length);
      expectEqual(encodes, [1, 2, 1], 'Encodes');
    },
    ['faults'],
  ),
  transportCase(
    'a frame whose answers are lost until its deadline is unknown',
    async (t) => {
      const queue = await t.queue();
      t.script.always('sendBatch', LOSE);
      const [outcome] = await queue.send(queue.probe('x', { timeoutMs: 1_000 }));
      expectOutcome(outcome, 'unknown');
    },
    ['faults'],
  ),
  ...(['throttled', 'unreachable'] as const).map((failure) =>
    transportCase(
      `a frame whose sends are ${failure} until its deadline is refused as unavailable`,
      async (t) => {
        const queue = await t.queue();
        t.script.always('sendBatch', fail(failure));
        const outcomes = await queue.send(
          queue.probe('x', { timeoutMs: 500 }),
          queue.probe('y', { timeoutMs: 1_500 }),
        );
        for (const outcome of outcomes) expectRefused(outcome, 'unavailable');
      },
      ['faults'],
    ),
  ),
  ...(['throttled', 'gone', 'denied', 'invalid', 'tooLarge'] as const).map((failure) =>
    transportCase(
      `a frame that may have been stored is unknown, also when it is ${failure} later`,
      async (t) => {
        const queue = await t.queue();
        t.script.next('sendBatch', LOSE);
        t.script.always('sendBatch', fail(failure));
        const [outcome] = await queue.send(queue.probe('x', { timeoutMs: 1_000 }));
        expectOutcome(outcome, 'unknown');
        expectEqual(await (await queue.open()).drain(1), ['x'], 'Bodies');
      },
      ['faults'],
    ),
  ),
  transportCase(
    'a frame that may have been stored is unknown, also when nobody waits for it any more',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', LOSE);
      const withdrawn = (): boolean => t.script.count('sendBatch') > 0;
      const [outcome] = await queue.send(queue.probe('x', { withdrawn }));
      expectOutcome(outcome, 'unknown');
      expectEqual(t.script.count('sendBatch'), 1, 'Sends');
    },
    ['faults'],
  ),
  transportCase(
    'a frame that may have been stored is unknown, also when its queue is not found again',
    async (t) => {
      const queue = await t.queue();
      const outbox = t.transport.outbox(queue.name);
      // One batch: the first may be stored, the second says that the queue is gone.
      t.script.next('sendBatch', { kind: 'dropEntry', index: 0 }, fail('gone'));
      t.script.next('getQueueUrl', { kind: 'pass' });
      t.script.always('getQueueUrl', fail('throttled'));
      const sending = outbox.send(queue.probe('x', { timeoutMs: 1_000 }));
      // It meets a queue that is gone while the first waits to be sent again.
      while (t.script.count('sendBatch') === 0) await t.elapse(1);
      const second = outbox.send(queue.probe('y', { timeoutMs: 1_000 }));
      expectOutcome(await t.run(sending), 'unknown');
      expectTrue((await t.run(second)).kind !== 'accepted', 'The second is accepted');
    },
    ['faults'],
  ),
  transportCase(
    'a nested frame that may have been stored is not refused later for want of room',
    async (t) => {
      const queue = await t.queue();
      const outbox = t.transport.outbox(queue.name);
      let room = true;
      await queue.open({ hasRoom: () => room });
      t.script.next('sendBatch', { kind: 'dropEntry', index: 0 }, fail('gone'));
      const sending = outbox.send(queue.probe('x', { nested: true }));
      while (t.script.count('sendBatch') === 0) await t.elapse(1);
      // It makes the queue be looked up again, when there is no room any more.
      const second = outbox.send(queue.probe('y'));
      room = false;
      const outcome = await t.run(sending);
      expectTrue(outcome.kind !== 'refused', `It is ${outcome.kind}`);
      await t.run(second);
    },
    ['faults'],
  ),
  transportCase(
    'a frame whose queue cannot be looked up until its deadline is refused as unavailable',
    async (t) => {
      const queue = await t.queue();
      t.script.always('getQueueUrl', fail('throttled'));
      const probe = queue.probe('x', { timeoutMs: 1_000 });
      const outcome = await t.run(t.transport.outbox(queue.name).send(probe));
      expectRefused(outcome, 'unavailable');
      expectEqual(probe.encodedWithMs, [], 'Encodes');
    },
    ['faults'],
  ),
  transportCase(
    'a frame is withdrawn while its queue is looked up, and never encoded',
    async (t) => {
      const queue = await t.queue();
      let withdrawn = false;
      const found = sleep(t.runtime, 500).then(() => {
        withdrawn = true;
      });
      t.script.next('getQueueUrl', { kind: 'hold', until: found });
      const probe = outgoingProbe(t.runtime, { withdrawn: () => withdrawn });
      expectOutcome(await t.run(t.transport.outbox(queue.name).send(probe)), 'withdrawn');
      expectEqual(probe.encodedWithMs, [], 'Encodes');
    },
    ['faults'],
  ),
  transportCase(
    'a send that is never answered is given up and sent again',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', { kind: 'hold' });
      const [outcome] = await queue.send(queue.probe('x', { timeoutMs: 60_000 }));
      expectAccepted(outcome);
      expectTrue(t.runtime.monotonicMs() < 30_000, `After ${t.runtime.monotonicMs()} ms`);
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'a throttled queue is asked about ten times a second at most',
    async (t) => {
      const queue = await t.queue();
      t.script.always('sendBatch', fail('throttled'));
      const probes = Array.from({ length: 200 }, (_, at) =>
        queue.probe(String(at), { timeoutMs: 30_000 }),
      );
      for (const outcome of await queue.send(...probes)) expectRefused(outcome, 'unavailable');
      const sends = t.script.count('sendBatch');
      expectTrue(sends <= 30 * 11 + 30, `${sends} sends in 30 s`);
    },
    ['faults', 'virtualTime'],
  ),
  transportCase(
    'a frame that waits for another attempt at close is settled at once',
    async (t) => {
      const queue = await t.queue();
      t.script.always('sendBatch', fail('throttled'));
      const sending = queue.start(queue.probe('x'));
      await t.elapse(300);
      await t.run(t.transport.close());
      const closedAtMs = t.runtime.monotonicMs();
      const [outcome] = await t.run(sending);
      expectRefused(outcome, 'closed');
      const lateMs = t.runtime.monotonicMs() - closedAtMs;
      expectTrue(lateMs < 50, `Settled ${lateMs} ms after close`);
    },
    ['faults'],
  ),
  transportCase(
    'a frame whose queue is being looked up at close is refused as closed, at once',
    async (t) => {
      const queue = await t.queue();
      t.script.always('getQueueUrl', fail('throttled'));
      const sending = t.transport.outbox(queue.name).send(queue.probe('x'));
      await t.elapse(300);
      await t.run(t.transport.close());
      const closedAtMs = t.runtime.monotonicMs();
      expectRefused(await t.run(sending), 'closed');
      expectTrue(t.runtime.monotonicMs() - closedAtMs < 50, 'It waited on');
      const lookUps = t.script.count('getQueueUrl');
      await t.elapse(3_000);
      expectEqual(t.script.count('getQueueUrl'), lookUps, 'Lookups after close');
    },
    ['faults'],
  ),
  transportCase(
    'a frame that is on its way at close is unknown',
    async (t) => {
      const queue = await t.queue();
      t.script.next('sendBatch', { kind: 'holdAnswer' });
      const sending = queue.start(queue.probe('x', { timeoutMs: 2_000 }));
      await t.elapse(100);
      await t.run(t.transport.close());
      const [outcome] = await t.run(sending);
      expectOutcome(outcome, 'unknown');
    },
    ['faults'],
  ),
];
