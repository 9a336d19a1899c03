import { sleep } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bodiesOf, openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;

beforeEach(() => {
  rig = openQueueRig();
});

afterEach(async () => {
  await rig.close();
});

/** For `ms` no extension gets through. */
async function outage(ms: number): Promise<void> {
  rig.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
  await rig.runtime.advance(ms);
  rig.script.heal();
}

describe('what waits behind another message of its group', () => {
  test('goes back with it, which is no receive to whoever counts them', async () => {
    const url = await rig.makeQueue('q.fifo');
    await rig.put(url, ['a', 'b', 'c'], 'g');
    const inbox = await rig.open(url);
    for (let receive = 1; receive <= 5; receive += 1) {
      const [first] = await rig.take(inbox);
      expect([first?.frame.body, first?.receiveCount]).toEqual(['a', receive]);
      first?.release(0);
      await rig.runtime.run(inbox.flush());
    }
    for (const body of ['a', 'b', 'c']) {
      const [next] = await rig.take(inbox);
      expect([next?.frame.body, next?.receiveCount]).toEqual([body, body === 'a' ? 6 : 1]);
      next?.ack();
      await rig.runtime.run(inbox.flush());
    }
  });
});

describe('H2: a message that comes again while it is held here', () => {
  test.each(['q', 'q.fifo'])('is not handed out twice, and is held on (%s)', async (name) => {
    const url = await rig.makeQueue(name);
    await rig.put(url, ['a', 'b'], 'g');
    const inbox = await rig.open(url);
    const [first] = await rig.take(inbox);
    await outage(10_500);
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 0 });
    expect(await rig.take(inbox)).toEqual([]);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 2 });
    await rig.runtime.advance(30_000);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 2 });
    first?.ack();
    await rig.runtime.advance(300);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
  });

  test('is extended, released and deleted by its newest receipt handle', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a', 'b']);
    const inbox = await rig.open(url);
    const [a, b] = await rig.take(inbox);
    await outage(10_500);
    const handles = (): (string | undefined)[] =>
      rig.script.requests('changeVisibilityBatch').map(({ entries }) => entries[0]?.receiptHandle);
    const [old] = handles();
    expect(await rig.take(inbox)).toEqual([]);
    await rig.runtime.advance(10_000);
    const newest = handles().at(-1);
    expect(newest).not.toBe(old);
    a?.ack();
    b?.release(0);
    await rig.runtime.run(inbox.flush());
    expect(rig.script.requests('deleteBatch').at(-1)?.receiptHandles).toEqual([newest]);
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
    expect((await rig.take(inbox))[0]?.receiveCount).toBe(3);
  });

  test('is deleted by its newest receipt handle, though an older one is brought later', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a']);
    const inbox = await rig.open(url, { visibilityMs: 2000 });
    // The first receive is answered when the message has come again already.
    rig.faults.receive = async (request) => {
      delete rig.faults.receive;
      const result = await rig.service.receive(request);
      await sleep(rig.runtime, 2500);
      return result;
    };
    const first = inbox.receive({ maxFrames: 10 });
    await rig.runtime.advance(2000);
    const second = inbox.receive({ maxFrames: 10 });
    const again = await rig.runtime.run(first);
    const [held] = again.kind === 'deliveries' ? again.deliveries : [];
    expect(held?.receiveCount).toBe(2);
    expect(await rig.runtime.run(second)).toMatchObject({ kind: 'deliveries', deliveries: [] });
    held?.ack();
    await rig.runtime.run(inbox.flush());
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('is not let go of for what an extension by its former handle met', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a']);
    const inbox = await rig.open(url);
    await rig.take(inbox);
    let open: (() => void) | undefined;
    // It leaves before the message is lost, and is answered when it has come again.
    rig.faults.changeVisibilityBatch = async () => {
      await new Promise<void>((resolve) => (open = resolve));
      return { kind: 'ok', entries: [{ kind: 'staleHandle', error: 'old' }] };
    };
    rig.script.next(
      'changeVisibilityBatch',
      ...Array.from({ length: 8 }, () => ({ kind: 'fail', failure: 'throttled' }) as const),
    );
    await rig.runtime.advance(9900);
    expect(open).toBeDefined();
    await rig.runtime.advance(700);
    expect(await rig.take(inbox)).toEqual([]);
    delete rig.faults.changeVisibilityBatch;
    open?.();
    await rig.runtime.advance(30_000);
    expect(rig.told('visibilityLost')).toEqual([]);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
  });
});

describe('H3: a message in a FIFO lane', () => {
  test('that was lost while it waited is not handed out, nor what waits behind it', async () => {
    const url = await rig.makeQueue('q.fifo');
    await rig.put(url, ['a', 'b', 'c'], 'g');
    const inbox = await rig.open(url);
    const [first] = await rig.take(inbox);
    rig.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
    await rig.runtime.advance(11_000);
    // Another process has them now.
    const got = await rig.service.receive({
      queueUrl: url,
      maxMessages: 10,
      waitMs: 0,
      visibilityMs: 30_000,
    });
    expect(got).toMatchObject({ messages: [{ body: 'a' }, { body: 'b' }, { body: 'c' }] });
    rig.script.heal();
    first?.ack();
    expect(await rig.take(inbox)).toEqual([]);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 3 });
  });

  test('that is extended while it waits is handed out however long that takes', async () => {
    const url = await rig.makeQueue('q.fifo');
    await rig.put(url, ['a', 'b'], 'g');
    const inbox = await rig.open(url);
    const [first] = await rig.take(inbox);
    await rig.runtime.advance(60_000);
    first?.ack();
    expect(bodiesOf(await rig.take(inbox))).toEqual(['b']);
  });
});

describe('while an extension is on its way', () => {
  /** Extensions take effect, and are answered, 200 ms after they left. */
  async function duringExtension(): Promise<string> {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a']);
    rig.faults.changeVisibilityBatch = async (request) => {
      const isExtension = request.entries[0]?.visibilityMs === 10_000;
      if (isExtension) await sleep(rig.runtime, 200);
      return rig.service.changeVisibilityBatch(request);
    };
    return url;
  }

  test('a release keeps its delay', async () => {
    const url = await duringExtension();
    const inbox = await rig.open(url);
    const [delivery] = await rig.take(inbox);
    await rig.runtime.advance(3400);
    delivery?.release(5000);
    await rig.runtime.advance(5100);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    await rig.runtime.advance(100);
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('flush waits until a release has been tried', async () => {
    const url = await duringExtension();
    const inbox = await rig.open(url);
    const [delivery] = await rig.take(inbox);
    await rig.runtime.advance(3400);
    delivery?.release(0);
    await rig.runtime.run(inbox.flush());
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('close gives back what is held before it resolves', async () => {
    const url = await duringExtension();
    const inbox = await rig.open(url);
    await rig.take(inbox);
    await rig.runtime.advance(3400);
    await rig.runtime.run(inbox.close());
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('an ack deletes at once', async () => {
    const url = await duringExtension();
    const inbox = await rig.open(url);
    const [delivery] = await rig.take(inbox);
    await rig.runtime.advance(3400);
    delivery?.ack();
    await rig.runtime.run(inbox.flush());
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 0 });
    await rig.runtime.advance(200);
    expect(rig.told('visibilityLost')).toEqual([]);
  });
});

test('H3: what has waited in its group for half the time that SQS hides it goes back instead of out', async () => {
  const url = await rig.makeQueue('q.fifo');
  await rig.put(url, ['a', 'b', 'c'], 'g');
  const inbox = await rig.open(url);
  const [first] = await rig.take(inbox);
  await rig.runtime.advance(6 * 3_600_000);
  first?.ack();
  await rig.runtime.run(inbox.flush());
  const [second] = await rig.take(inbox);
  expect([second?.frame.body, second?.receiveCount]).toEqual(['b', 1]);
  const again = await rig.service.getQueueAttributes({ queueUrl: url });
  expect(again.kind === 'ok' && again.attributes.inFlightCount).toBe(2);
  // From here on it has its own twelve hours.
  await rig.runtime.advance(11 * 3_600_000);
  expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 2 });
  second?.ack();
});
