import { writePack } from '@replyq/contract/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bodiesOf, openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;

beforeEach(() => {
  rig = openQueueRig();
});

afterEach(async () => {
  await rig.close();
});

/** One message with a request for each body. */
function packOf(bodies: readonly string[]): ReturnType<typeof writePack> {
  const header = { v: 1, type: 'mutation', timeoutMs: 600_000, at: 0, content: 'json' };
  return writePack(bodies.map((body) => ({ procedure: 'run', header, body, attributes: {} })));
}

const BODIES = ['a', 'b', 'c'];

describe('messages with one group id', () => {
  test('are handed out side by side on a standard queue', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, BODIES, 'tenant');
    const inbox = await rig.open(url);
    expect(bodiesOf(await rig.take(inbox))).toEqual(BODIES);
  });

  test('are not received on a standard queue beyond what was asked for', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, 'abcdefghij'.split(''), 'tenant');
    const inbox = await rig.open(url);
    expect(await rig.take(inbox, 4)).toHaveLength(4);
    expect(await rig.left(url)).toEqual({ visible: 6, inFlight: 4 });
    expect(await rig.take(inbox, 4)).toHaveLength(4);
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 8 });
  });

  test('are handed out one at a time on a FIFO queue, the next when one is acked', async () => {
    const url = await rig.makeQueue('q.fifo');
    await rig.put(url, BODIES, 'g');
    const inbox = await rig.open(url);
    for (const body of BODIES) {
      const [delivery, ...more] = await rig.take(inbox);
      expect([delivery?.frame.body, more]).toEqual([body, []]);
      expect(await rig.take(inbox)).toEqual([]);
      delivery?.ack();
    }
    await rig.runtime.run(inbox.flush());
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 0 });
  });
});

describe('that a queue may well have more is told', () => {
  test.each([
    ['more than', 5, true],
    ['as much as', 4, true],
    ['less than', 3, false],
    ['nothing of', 0, false],
  ])('as it had %s what was asked for: %d of 4, %s', async (_title, count, more) => {
    const url = await rig.makeQueue('q');
    await rig.put(url, 'abcde'.slice(0, count).split(''));
    const inbox = await rig.open(url);
    const received = await rig.runtime.run(inbox.receive({ maxFrames: 4 }));
    expect(received).toMatchObject({ kind: 'deliveries', polled: { more } });
  });

  test('by the poll that brought something, and how long that took, beside others', async () => {
    const url = await rig.makeQueue('q');
    const inbox = await rig.open(url);
    const first = inbox.receive({ maxFrames: 1 });
    await rig.runtime.advance(100);
    const second = inbox.receive({ maxFrames: 3 });
    await rig.runtime.advance(100);
    await rig.put(url, ['a']);
    expect(await rig.runtime.run(first)).toMatchObject({ polled: { more: true, tookMs: 200 } });
    await rig.put(url, ['b']);
    expect(await rig.runtime.run(second)).toMatchObject({ polled: { more: false, tookMs: 100 } });
  });

  test('while frames wait here', async () => {
    const url = await rig.makeQueue('q');
    await rig.putMessage(url, packOf(BODIES));
    const inbox = await rig.open(url);
    const more: (boolean | undefined)[] = [];
    for (const _ of BODIES) {
      const received = await rig.runtime.run(inbox.receive({ maxFrames: 1 }));
      if (received.kind === 'deliveries') more.push(received.polled?.more);
    }
    expect(more).toEqual([true, true, false]);
  });
});

describe('stop', () => {
  test('gives back at once what waits in a FIFO lane, and holds what is out', async () => {
    const url = await rig.makeQueue('q.fifo');
    await rig.put(url, BODIES, 'g');
    const inbox = await rig.open(url);
    const [first] = await rig.take(inbox);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 3 });
    void inbox.stop();
    await rig.runtime.settle();
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 1 });
    await rig.runtime.advance(60_000);
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 1 });
    first?.ack();
    await rig.runtime.advance(1000);
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 0 });
    expect(await inbox.receive({ maxFrames: 1 })).toEqual({ kind: 'closed' });
    expect(bodiesOf(await rig.take(await rig.open(url)))).toEqual(['b']);
  });

  test('gives back frames of a pack that nobody has taken, once those that are out are settled', async () => {
    const url = await rig.makeQueue('q');
    await rig.putMessage(url, packOf(BODIES));
    const inbox = await rig.open(url);
    const [first] = await rig.take(inbox, 1);
    void inbox.stop();
    await rig.runtime.advance(60_000);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    first?.ack();
    await rig.runtime.run(inbox.flush());
    // Each by itself: what is done does not come again with them.
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 0 });
  });

  test('gives back what the open poll still brings, and ends it as closed', async () => {
    const url = await rig.makeQueue('q');
    const inbox = await rig.open(url);
    const receiving = inbox.receive({ maxFrames: 10 });
    await rig.runtime.settle();
    void inbox.stop();
    await rig.put(url, BODIES);
    expect(await rig.runtime.run(receiving)).toEqual({ kind: 'closed' });
    await rig.runtime.advance(1000);
    expect(await rig.left(url)).toEqual({ visible: 3, inFlight: 0 });
  });
});

describe('an empty receive that returns at once', () => {
  test('does not keep timers from firing', async () => {
    const url = await rig.makeQueue('q');
    const inbox = await rig.open(url);
    let receives = 0;
    rig.faults.receive = async () => {
      receives += 1;
      // Without a bound, a loop that never yields could only be seen by its hanging.
      return receives < 1000
        ? { kind: 'ok', messages: [] }
        : new Promise((resolve) => {
            rig.runtime.setTimer(1000, () => resolve({ kind: 'ok', messages: [] }));
          });
    };
    const stop = new AbortController();
    const loop = (async () => {
      let kind = 'deliveries';
      while (kind === 'deliveries' && !stop.signal.aborted)
        ({ kind } = await inbox.receive({ maxFrames: 1, signal: stop.signal }));
    })();
    let receivesAtTimer = 0;
    rig.runtime.setTimer(50, () => (receivesAtTimer = receives));
    await rig.runtime.advance(50);
    expect(receivesAtTimer).toBeGreaterThan(1);
    expect(receivesAtTimer).toBeLessThanOrEqual(51);
    stop.abort();
    await rig.runtime.run(loop);
  });
});
