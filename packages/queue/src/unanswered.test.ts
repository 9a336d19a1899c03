// Requests that are never answered must cost what they carry and nothing else.
import type { SendOutcome } from '@replyq/contract/transport';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;

beforeEach(() => {
  rig = openQueueRig();
});

afterEach(async () => {
  await rig.close();
});

const within = (ms: number): { readonly deadlineMs: number } => ({
  deadlineMs: rig.runtime.monotonicMs() + ms,
});

test('a batch that hangs and one that fails do not keep the outbox from going on', async () => {
  const url = await rig.makeQueue('q');
  const outbox = rig.transport.outbox(url);
  await rig.runtime.run(outbox.send(rig.frame('first')));
  rig.script.next('sendBatch', { kind: 'hold' }, { kind: 'fail', failure: 'throttled' });
  const hung = outbox.send(rig.frame('hangs', within(5000)));
  await rig.runtime.settle();
  const throttled = outbox.send(rig.frame('throttled once', within(5000)));
  await rig.runtime.settle();
  const rest = Array.from({ length: 50 }, (_, n) =>
    outbox.send(rig.frame(String(n), within(2000))),
  );
  const outcomes = await rig.runtime.run(Promise.all([throttled, ...rest]));
  expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
  expect((await rig.runtime.run(hung)).kind).toBe('unknown');
});

test('a queue that cannot be looked up is asked for seldom, however many deadlines come', async () => {
  rig.script.always('getQueueUrl', { kind: 'fail', failure: 'unreachable' });
  const outbox = rig.transport.outbox('by-name');
  const outcomes: Promise<SendOutcome>[] = [];
  for (let turn = 0; turn < 100; turn += 1) {
    outcomes.push(outbox.send(rig.frame(String(turn), within(1000))));
    await rig.runtime.advance(100);
  }
  expect(rig.script.count('getQueueUrl')).toBeLessThan(40);
  for (const outcome of await rig.runtime.run(Promise.all(outcomes))) {
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'unavailable' });
  }
});

test('an extension that hangs is followed by another in time', async () => {
  const url = await rig.makeQueue('q');
  const inbox = await rig.open(url);
  await rig.put(url, ['held']);
  await rig.take(inbox);
  rig.script.next('changeVisibilityBatch', { kind: 'hold' });
  for (let second = 0; second < 30; second += 1) {
    await rig.runtime.advance(1000);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
  }
  expect(rig.told('visibilityLost')).toEqual([]);
});

test('a FIFO message whose extension says that it is lost is not handed out', async () => {
  const url = await rig.makeQueue('q.fifo');
  const inbox = await rig.open(url);
  await rig.put(url, ['one', 'two'], 'group');
  const [first] = await rig.take(inbox);
  rig.faults.changeVisibilityBatch = async ({ entries }) => ({
    kind: 'ok',
    entries: entries.map(() => ({ kind: 'staleHandle', error: 'lost' })),
  });
  await rig.runtime.advance(4000);
  expect(rig.told('visibilityLost')).toHaveLength(2);
  delete rig.faults.changeVisibilityBatch;
  const receives = rig.script.count('receive');
  first?.ack();
  // What comes is the queue's own second delivery, not what waited here; the first was shown to nobody.
  const next = await rig.take(inbox);
  expect(next.map(({ receiveCount }) => receiveCount)).toEqual([1]);
  expect(rig.script.count('receive')).toBeGreaterThan(receives);
});

test('close waits for a delete that hangs for a few seconds, not for four attempts', async () => {
  const url = await rig.makeQueue('q');
  const inbox = await rig.open(url);
  await rig.put(url, ['done']);
  const [delivery] = await rig.take(inbox);
  rig.script.always('deleteBatch', { kind: 'hold' });
  delivery?.ack();
  const startedMs = rig.runtime.monotonicMs();
  await rig.runtime.run(inbox.close());
  expect(rig.runtime.monotonicMs() - startedMs).toBeLessThan(10_000);
  rig.script.heal();
});

test('a frame that fails during a pause is over at its deadline, not at the end of the pause', async () => {
  const url = await rig.makeQueue('q');
  const outbox = rig.transport.outbox(url);
  await rig.runtime.run(outbox.send(rig.frame('first')));
  rig.script.always('sendBatch', { kind: 'fail', failure: 'throttled' });
  const deadlines = [100, 300, 900, 1500, 2700];
  const late = await rig.runtime.run(
    Promise.all(
      deadlines.map(async (ms) => {
        const { deadlineMs } = within(ms);
        await outbox.send(rig.frame(String(ms), { deadlineMs }));
        return rig.runtime.monotonicMs() - deadlineMs;
      }),
    ),
  );
  expect(Math.max(...late)).toBeLessThan(1);
});

test('a route that outlives its outbox and the transport answers closed', async () => {
  const url = await rig.makeQueue('q');
  const router = await rig.runtime.run(rig.transport.openReplies(url, {}));
  const route = router.route(url.replace(/q$/, '__RequesterClientQueues__x-0#id'));
  expect(route.kind).toBe('route');
  await rig.runtime.run(rig.transport.close());
  const send = route.kind === 'route' ? route.outbox.send(rig.frame('late')) : undefined;
  expect(await send).toMatchObject({ kind: 'refused', reason: 'closed' });
});

test('a probe that hangs holds up nobody for the whole of its limit', async () => {
  const outbox = rig.transport.outbox(await rig.makeQueue('q'));
  await rig.runtime.run(outbox.send(rig.frame('first')));
  const hold = { kind: 'hold' } as const;
  rig.script.next('sendBatch', { kind: 'fail', failure: 'unknown' }, hold);
  const early = outbox.send(rig.frame('early', within(30_000)));
  await rig.runtime.advance(3000);
  const startedMs = rig.runtime.monotonicMs();
  await rig.runtime.run(outbox.send(rig.frame('late', within(30_000))));
  expect(rig.runtime.monotonicMs() - startedMs).toBeLessThan(2000);
  await rig.runtime.run(early);
});
