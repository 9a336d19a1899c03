// What a slow answer is about is the moment at which the service gave it. Found by simulation.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueueService } from './queue-service.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

const GONE = { kind: 'gone', error: 'It cannot be used yet' } as const;

let rig: QueueRig;

beforeEach(() => {
  rig = openQueueRig();
});

afterEach(async () => {
  await rig.close();
});

/** Answers one call of `sendBatch` with `gone` after so long; the others reach the queue. */
function lateGone(nth: number, afterMs: number): NonNullable<QueueService['sendBatch']> {
  let calls = 0;
  return (request) => {
    calls += 1;
    return calls === nth
      ? new Promise((resolve) => void rig.runtime.setTimer(afterMs, () => resolve(GONE)))
      : rig.service.sendBatch(request);
  };
}

async function outboxOfReplies() {
  const requests = await rig.makeQueue('requests');
  const replies = await rig.makeQueue('__RequesterClientQueues__x');
  const router = await rig.runtime.run(rig.transport.openReplies(requests, {}));
  const route = router.route(`${replies}#${'c'.repeat(38)}`);
  if (route.kind !== 'route') throw new Error(route.rule);
  return route.outbox;
}

describe('a reply to a queue that cannot be used yet', () => {
  test('is sent again however late the service says so', async () => {
    const outbox = await outboxOfReplies();
    rig.faults.sendBatch = lateGone(1, 6000);
    expect(await rig.runtime.run(outbox.send(rig.frame('a')))).toMatchObject({ kind: 'accepted' });
  });

  test('is sent again although another was accepted before the service said so', async () => {
    const outbox = await outboxOfReplies();
    rig.faults.sendBatch = lateGone(1, 2000);
    const first = outbox.send(rig.frame('a'));
    await rig.runtime.advance(100);
    expect(await rig.runtime.run(outbox.send(rig.frame('b')))).toMatchObject({ kind: 'accepted' });
    expect(await rig.runtime.run(first)).toMatchObject({ kind: 'accepted' });
  });

  test('is refused where the queue had taken one before', async () => {
    const outbox = await outboxOfReplies();
    await rig.runtime.run(outbox.send(rig.frame('a')));
    await rig.runtime.advance(10);
    rig.faults.sendBatch = lateGone(1, 0);
    const refused = { kind: 'refused', reason: 'gone' };
    expect(await rig.runtime.run(outbox.send(rig.frame('b')))).toMatchObject(refused);
  });
});

describe('closing a transport', () => {
  test('gives up what it has not been answered', async () => {
    rig.script.always('getQueueUrl', { kind: 'hold' });
    const sending = rig.transport.outbox('nowhere').send(rig.frame('a'));
    await rig.runtime.settle();
    await rig.transport.close();
    expect(await sending).toMatchObject({ kind: 'refused', reason: 'closed' });
    await rig.runtime.settle();
    expect(rig.runtime.timerCount()).toBe(0);
  });
});

describe('a host queue that was deleted by somebody', () => {
  test('is given up by a poll that nobody waits for any more', async () => {
    const replies = rig.transport.openReplyQueue({ clientId: 'c'.repeat(16) });
    await rig.runtime.run(replies.ready());
    const url = replies.addressOf('x').split('#')[0] ?? '';
    await rig.put(url, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
    // A receive that comes back full makes the next one open two polls.
    await rig.runtime.run(replies.receive({ maxFrames: 100 }));
    await rig.runtime.advance(5000);
    const polls: ((result: Awaited<ReturnType<QueueService['receive']>>) => void)[] = [];
    rig.faults.receive = () => new Promise((resolve) => void polls.push(resolve));
    const receiving = replies.receive({ maxFrames: 100 });
    await rig.runtime.settle();
    expect(polls.length).toBeGreaterThan(1);
    polls[0]?.({ kind: 'ok', messages: [] });
    await rig.runtime.advance(2);
    expect(await receiving).toMatchObject({ kind: 'deliveries' });
    for (const answer of polls.slice(1)) answer(GONE);
    delete rig.faults.receive;
    await rig.runtime.advance(10_000);
    await rig.runtime.run(replies.ready());
    expect(replies.addressOf('x').split('#')[0]).not.toBe(url);
    await rig.runtime.run(replies.close());
  });
});

describe('a host queue that is deleted', () => {
  test('is forgotten with the deletes that were to be repeated', async () => {
    const replies = rig.transport.openReplyQueue({ clientId: 'c'.repeat(16) });
    await rig.runtime.run(replies.ready());
    const url = replies.addressOf('x').split('#')[0] ?? '';
    await rig.put(url, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
    rig.script.always('deleteBatch', { kind: 'fail', failure: 'unknown' });
    const received = await rig.runtime.run(replies.receive({ maxFrames: 10 }));
    if (received.kind !== 'deliveries') throw new Error(received.kind);
    for (const delivery of received.deliveries) delivery.ack();
    await rig.runtime.settle();
    expect(rig.script.count('deleteBatch')).toBe(1);
    await rig.runtime.run(replies.close());
    expect(rig.runtime.timerCount()).toBe(0);
  });
});

describe('the wall clock that goes with a request', () => {
  const HOUR_MS = 3_600_000;

  /** What the next frame is told that the time is. */
  async function toldMs(url: string): Promise<number> {
    let told = 0;
    const encode = (_: number, nowMs: number) => ((told = nowMs), { body: 'a', attributes: {} });
    await rig.runtime.run(rig.transport.outbox(url).send(rig.frame('a', { encode })));
    return told;
  }

  test("is the service's once that is known, whatever the host's does", async () => {
    const url = await rig.makeQueue('q');
    await toldMs(url);
    rig.runtime.stepWallClock(-HOUR_MS);
    expect(await toldMs(url)).toBe(rig.runtime.nowMs() + HOUR_MS);
  });

  // The monotonic clock stands still while a host sleeps; the wall clock does not.
  test("is the host's where that has moved on", async () => {
    const url = await rig.makeQueue('q');
    await toldMs(url);
    rig.runtime.stepWallClock(HOUR_MS);
    expect(await toldMs(url)).toBe(rig.runtime.nowMs());
  });

  test("is the host's before any answer", async () => {
    const url = await rig.makeQueue('q');
    expect(await toldMs(url)).toBe(rig.runtime.nowMs());
  });
});
