import type { OutgoingFrame, SendOutcome } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { patienceMs } from './patience.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

test.each([
  { wishedMs: undefined, leftMs: 10_000, waits: 0 },
  { wishedMs: 4.9, leftMs: 10_000, waits: 0 },
  { wishedMs: 5, leftMs: 10_000, waits: 5 },
  { wishedMs: 100, leftMs: 10_000, waits: 100 },
  { wishedMs: 100, leftMs: 400, waits: 20 },
  { wishedMs: 100, leftMs: 90, waits: 0 },
  { wishedMs: 100, leftMs: -1, waits: 0 },
  { wishedMs: 3000, leftMs: 60_000, waits: 250 },
  { wishedMs: NaN, leftMs: 10_000, waits: 0 },
])('who wishes $wishedMs ms, with $leftMs ms left: $waits ms', ({ leftMs, waits, wishedMs }) => {
  const frame: OutgoingFrame = {
    deadlineMs: 1000 + leftMs,
    withdrawn: () => false,
    encode: () => ({ body: '', attributes: {} }),
    ...(wishedMs === undefined ? {} : { patienceMs: wishedMs }),
  };
  expect(patienceMs(frame, 1000)).toBe(waits);
});

describe('patient frames', () => {
  let rig: QueueRig;

  beforeEach(() => {
    rig = openQueueRig();
  });

  afterEach(async () => {
    await rig.close();
  });

  const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
  const requests = (): number => rig.script.count('sendBatch');

  /** One frame a millisecond. Gives how long each waited for its outcome. */
  async function sendEach(
    url: string,
    count: number,
    optionsOf: (index: number) => Partial<OutgoingFrame>,
  ): Promise<readonly number[]> {
    const { runtime } = rig;
    const outbox = rig.transport.outbox(url);
    await runtime.run(outbox.send(rig.frame('first')));
    const waits: Promise<number>[] = [];
    for (let index = 0; index < count; index += 1) {
      const sentMs = runtime.monotonicMs();
      const outcome: Promise<SendOutcome> = outbox.send(rig.frame('next', optionsOf(index)));
      waits.push(outcome.then(() => runtime.monotonicMs() - sentMs));
      await runtime.advance(1);
    }
    return runtime.run(Promise.all(waits));
  }

  test('leave together, so far apart, and wait for no longer', async () => {
    const url = await rig.makeQueue('q');
    const waits = await sendEach(url, 40, () => ({ patienceMs: 8 }));
    // 8 ms apart, and each has room for ten.
    expect(requests()).toBe(1 + 5);
    expect(Math.max(...waits)).toBeLessThanOrEqual(8);
  });

  test('leave when they fill a batch', async () => {
    const url = await rig.makeQueue('q');
    const waits = await sendEach(url, 40, () => ({ patienceMs: 200 }));
    expect(requests()).toBe(1 + 4);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10);
  });

  test('leave with one that is not patient', async () => {
    const url = await rig.makeQueue('q');
    const waits = await sendEach(url, 8, (index) => (index === 7 ? {} : { patienceMs: 200 }));
    expect(requests()).toBe(1 + 1);
    expect(waits).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
  });

  test('leave with what came before them and is not', async () => {
    const url = await rig.makeQueue('q');
    const waits = await sendEach(url, 4, (index) => (index === 2 ? {} : { patienceMs: 200 }));
    expect(waits.slice(0, 3)).toEqual([2, 1, 0]);
    expect(waits[3]).toBeGreaterThan(100);
    expect(requests()).toBe(1 + 2);
  });

  test('leave at once where one of the same turn is not', async () => {
    const url = await rig.makeQueue('q');
    const outbox = rig.transport.outbox(url);
    await rig.runtime.run(outbox.send(rig.frame('first')));
    const sentMs = rig.runtime.monotonicMs();
    const turns = [{}, { patienceMs: 200 }].map((options) => outbox.send(rig.frame('x', options)));
    await rig.runtime.run(Promise.all(turns));
    expect([requests(), rig.runtime.monotonicMs() - sentMs]).toEqual([2, 0]);
  });

  test('wait once, not once for each batch that has no room for more bytes', async () => {
    const url = await rig.makeQueue('q');
    const outbox = rig.transport.outbox(url);
    const body = 'x'.repeat(400_000);
    const sentMs = rig.runtime.monotonicMs();
    const sending = numbers(30).map(() => outbox.send(rig.frame(body, { patienceMs: 250 })));
    await rig.runtime.run(Promise.all(sending));
    expect(rig.runtime.monotonicMs() - sentMs).toBeLessThanOrEqual(250);
    expect(requests()).toBe(15);
  });

  test('wait for nothing where the one before was long ago', async () => {
    const url = await rig.makeQueue('q');
    const outbox = rig.transport.outbox(url);
    for (let call = 0; call < 5; call += 1) {
      const sentMs = rig.runtime.monotonicMs();
      await rig.runtime.run(outbox.send(rig.frame('lone', { patienceMs: 50 })));
      expect(rig.runtime.monotonicMs() - sentMs).toBe(0);
      await rig.runtime.advance(1000);
    }
  });

  test('wait for nothing when they are sent again', async () => {
    const url = await rig.makeQueue('q');
    const outbox = rig.transport.outbox(url);
    rig.script.next('sendBatch', { kind: 'fail', failure: 'invalid' });
    const bodies = ['a', 'b', 'c', 'd'];
    const sending = bodies.map((body) => outbox.send(rig.frame(body, { patienceMs: 200 })));
    const sentMs = rig.runtime.monotonicMs();
    await rig.runtime.run(Promise.all(sending));
    // The batch, and each alone.
    expect([requests(), rig.runtime.monotonicMs() - sentMs]).toEqual([5, 0]);
  });

  test('wait for nothing on a FIFO queue, where a group would wait each time', async () => {
    const url = await rig.makeQueue('q.fifo');
    const outbox = rig.transport.outbox(url);
    const sentMs = rig.runtime.monotonicMs();
    const sending = ['a', 'b', 'c'].map((body) =>
      outbox.send(rig.frame(body, { patienceMs: 200, groupId: 'one', deduplicationId: body })),
    );
    await rig.runtime.run(Promise.all(sending));
    expect(rig.runtime.monotonicMs() - sentMs).toBe(0);
  });

  test('that wait are refused when the transport closes', async () => {
    const url = await rig.makeQueue('q');
    const outbox = rig.transport.outbox(url);
    await rig.runtime.run(outbox.send(rig.frame('first', { patienceMs: 200 })));
    const waiting = outbox.send(rig.frame('next', { patienceMs: 200 }));
    await rig.runtime.run(rig.transport.close());
    expect(await waiting).toMatchObject({ kind: 'refused', reason: 'closed' });
  });
});
