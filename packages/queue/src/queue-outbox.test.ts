import type { SendOutcome } from '@replyq/contract/transport';
import { afterEach, describe, expect, test } from 'vitest';
import type { FailureKind } from './queue-service.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;

afterEach(async () => {
  await rig.close();
});

const ACCEPTED = { kind: 'accepted' };
const fail = (failure: FailureKind): { readonly kind: 'fail'; readonly failure: FailureKind } => ({
  kind: 'fail',
  failure,
});

/** Sends a frame with each body, all in one turn. */
function sendAll(url: string, bodies: readonly string[]): Promise<SendOutcome[]> {
  const outbox = rig.transport.outbox(url);
  return Promise.all(bodies.map((body) => outbox.send(rig.frame(body))));
}

/** How often each outcome is among them. */
function counted(outcomes: readonly SendOutcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const kind = outcome.kind === 'refused' ? outcome.reason : outcome.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

describe('O4: an outage of two seconds', () => {
  test('ends when the service is well again: all frames that fit the buffer are accepted', async () => {
    rig = openQueueRig({ maxBufferedFrames: 1000 });
    const url = await rig.makeQueue('q');
    await rig.runtime.run(sendAll(url, ['first']));
    rig.script.always('sendBatch', fail('throttled'));
    const before = rig.script.count('sendBatch');
    const sending: Promise<SendOutcome[]>[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      sending.push(sendAll(url, numbers(200)));
      await rig.runtime.advance(100);
    }
    expect(rig.script.count('sendBatch') - before).toBeLessThanOrEqual(25);
    rig.script.heal();
    const wellAtMs = rig.runtime.monotonicMs();
    const outcomes = (await rig.runtime.run(Promise.all(sending))).flat();
    expect(counted(outcomes)).toEqual({ accepted: 1000, overloaded: 3000 });
    expect(rig.runtime.monotonicMs() - wellAtMs).toBeLessThanOrEqual(4000);
  });

  test('leaves no debt: the next single failure costs a short pause', async () => {
    rig = openQueueRig();
    const url = await rig.makeQueue('q');
    rig.script.always('sendBatch', fail('throttled'));
    const sending = sendAll(url, numbers(5000));
    await rig.runtime.advance(2000);
    rig.script.heal();
    expect(counted(await rig.runtime.run(sending))).toEqual({ accepted: 5000 });
    const retries = rig.told('sendRetried').length;
    rig.script.next('sendBatch', fail('throttled'));
    expect(await rig.runtime.run(sendAll(url, ['later']))).toMatchObject([ACCEPTED]);
    const later = rig.told('sendRetried').slice(retries);
    expect(later).toHaveLength(1);
    expect(later[0]?.retryInMs).toBeLessThanOrEqual(50);
  });

  test('goes ahead with one batch, and with all when that one is through', async () => {
    rig = openQueueRig();
    const url = await rig.makeQueue('q');
    await rig.runtime.run(sendAll(url, ['first']));
    rig.script.next('sendBatch', ...Array.from({ length: 16 }, () => fail('throttled')));
    const sending = sendAll(url, numbers(500));
    await rig.runtime.settle();
    const failedAtOnce = rig.script.count('sendBatch');
    expect(failedAtOnce).toBeLessThanOrEqual(1 + 16);
    rig.script.heal();
    expect(counted(await rig.runtime.run(sending))).toEqual({ accepted: 500 });
    expect(rig.told('sendRetried')).toHaveLength(1);
  });
});

test('frames in a pause count for maxBufferedFrames', async () => {
  rig = openQueueRig({ maxBufferedFrames: 10 });
  const url = await rig.makeQueue('q');
  await rig.runtime.run(sendAll(url, ['first']));
  rig.script.always('sendBatch', fail('throttled'));
  const nine = sendAll(url, numbers(9));
  await rig.runtime.settle();
  const tenth = sendAll(url, ['tenth']);
  await rig.runtime.settle();
  const [eleventh] = await sendAll(url, ['eleventh']);
  expect(eleventh).toMatchObject({ kind: 'refused', reason: 'overloaded' });
  rig.script.heal();
  const outcomes = await rig.runtime.run(Promise.all([nine, tenth]));
  expect(counted(outcomes.flat())).toEqual({ accepted: 10 });
});

test('frames that nobody waits for any more leave their places to others', async () => {
  rig = openQueueRig({ maxBufferedFrames: 20 });
  const url = await rig.makeQueue('q');
  await rig.runtime.run(sendAll(url, ['first']));
  rig.faults.sendBatch = async () => new Promise(() => {});
  const outbox = rig.transport.outbox(url);
  let withdrawn = false;
  const send = (): Promise<SendOutcome> =>
    outbox.send(rig.frame('x', { withdrawn: () => withdrawn }));
  const hung: Promise<SendOutcome>[] = [];
  for (let batch = 0; batch < 16; batch += 1) {
    for (let n = 0; n < 10; n += 1) hung.push(send());
    await rig.runtime.settle();
  }
  const waiting = numbers(20).map(send);
  expect(await send()).toMatchObject({ kind: 'refused', reason: 'overloaded' });
  await rig.runtime.advance(100);
  withdrawn = true;
  const alive = outbox.send(rig.frame('alive'));
  expect(counted(await rig.runtime.run(Promise.all(waiting)))).toEqual({ withdrawn: 20 });
  delete rig.faults.sendBatch;
  expect(await rig.runtime.run(alive)).toMatchObject(ACCEPTED);
  await rig.runtime.run(Promise.all(hung));
});

test('a frame whose deadline comes in a pause is told then, not when the pause is over', async () => {
  rig = openQueueRig();
  const url = await rig.makeQueue('q');
  rig.script.always('sendBatch', fail('throttled'));
  const long = sendAll(url, ['long']);
  await rig.runtime.advance(8000);
  const deadlineMs = rig.runtime.monotonicMs() + 100;
  const short = rig.transport.outbox(url).send(rig.frame('short', { deadlineMs }));
  expect(await rig.runtime.run(short)).toMatchObject({ kind: 'refused', reason: 'unavailable' });
  expect(rig.runtime.monotonicMs()).toBeLessThanOrEqual(deadlineMs + 1);
  rig.script.heal();
  expect(counted(await rig.runtime.run(long))).toEqual({ accepted: 1 });
});

describe('a batch that is refused as a whole', () => {
  test.each(['invalid', 'tooLarge'] as const)(
    'as %s is sent again singly, and each frame gets its own outcome, without a pause',
    async (kind) => {
      rig = openQueueRig();
      const url = await rig.makeQueue('q');
      rig.faults.sendBatch = async (request) =>
        request.entries.some(({ body }) => body === 'bad')
          ? { kind, error: 'no' }
          : rig.service.sendBatch(request);
      const outcomes = await rig.runtime.run(sendAll(url, ['a', 'b', 'bad', 'c', 'd']));
      const refused = { kind: 'refused', reason: kind };
      expect(outcomes).toMatchObject([ACCEPTED, ACCEPTED, refused, ACCEPTED, ACCEPTED]);
      const sizes = rig.script.requests('sendBatch').map(({ entries }) => entries.length);
      expect(sizes).toEqual([5, 1, 1, 1, 1, 1]);
      expect(rig.told('sendRetried')).toEqual([]);
      expect(rig.runtime.monotonicMs()).toBe(0);
    },
  );

  test('for bytes that fit this side only is accepted frame by frame', async () => {
    rig = openQueueRig();
    const url = await rig.makeQueue('q');
    const bytesOf = (entries: readonly { readonly body: string }[]): number =>
      entries.reduce((sum, { body }) => sum + body.length, 0);
    rig.faults.sendBatch = async (request) =>
      bytesOf(request.entries) > 262_144
        ? { kind: 'tooLarge', error: 'BatchRequestTooLong' }
        : rig.service.sendBatch(request);
    const bodies = numbers(10).map((n) => n.repeat(30_000));
    expect(counted(await rig.runtime.run(sendAll(url, bodies)))).toEqual({ accepted: 10 });
  });

  test('keeps the order of a FIFO group', async () => {
    rig = openQueueRig();
    const url = await rig.makeQueue('q.fifo');
    rig.script.next('sendBatch', fail('invalid'));
    const outbox = rig.transport.outbox(url);
    const sent = ['g1', 'h1', 'g2', 'h2'].map((body) =>
      outbox.send(rig.frame(body, { groupId: body.charAt(0), deduplicationId: body })),
    );
    expect(counted(await rig.runtime.run(Promise.all(sent)))).toEqual({ accepted: 4 });
    const stored = rig.script.requests('sendBatch').slice(1);
    const bodies = stored.flatMap(({ entries }) => entries.map(({ body }) => body));
    expect(bodies.filter((body) => body.startsWith('g'))).toEqual(['g1', 'g2']);
    expect(bodies.filter((body) => body.startsWith('h'))).toEqual(['h1', 'h2']);
  });
});

describe('credentials that are not accepted', () => {
  const unavailable = { kind: 'refused', reason: 'unavailable' };
  test.each([
    ['twice recover', ['credentials', 'credentials'], ACCEPTED],
    ['three times are unavailable', ['credentials', 'credentials', 'credentials'], unavailable],
    [
      'twice among other failures recover',
      ['throttled', 'throttled', 'credentials', 'throttled', 'credentials'],
      ACCEPTED,
    ],
  ] as const)('%s', async (_, failures, outcome) => {
    rig = openQueueRig();
    const url = await rig.makeQueue('q');
    rig.script.next('sendBatch', ...failures.map(fail));
    expect(await rig.runtime.run(sendAll(url, ['x']))).toMatchObject([outcome]);
  });

  test.each([
    ['twice', 2, ACCEPTED],
    ['three times', 3, unavailable],
  ] as const)('%s when the queue is looked up count likewise', async (_, times, outcome) => {
    rig = openQueueRig();
    await rig.makeQueue('q');
    const steps = Array.from({ length: times }, () => fail('credentials'));
    rig.script.next('getQueueUrl', fail('throttled'), ...steps);
    expect(await rig.runtime.run(sendAll('q', ['x']))).toMatchObject([outcome]);
  });
});
