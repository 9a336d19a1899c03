// Packs when sends hang, receives fail, or frames are not what replyq writes.
import type { Inbox } from '@replyq/contract/transport';
import {
  formatReplyAddress,
  writePack,
  type HeaderRecord,
  type MessageParts,
} from '@replyq/contract/wire';
import { expect, test } from 'vitest';
import { bodiesOf, openQueueRig, type QueueRig } from './testing/queue-rig.ts';

const HEADER = { v: 1, type: 'mutation', timeoutMs: 60_000, at: 0, content: 'json' };

function packOf(
  bodies: readonly string[],
  header: HeaderRecord = HEADER,
  task = false,
): MessageParts {
  return writePack(
    bodies.map((body) => ({
      ...(task
        ? {}
        : {
            replyTo: formatReplyAddress(
              'http://q/000000000000/replies',
              `call-${body.replaceAll(/\W/g, '_') || 'none'}`,
            ),
          }),
      procedure: 'run',
      header,
      body,
      attributes: {},
    })),
  );
}

async function rigOf(
  work: (rig: QueueRig, url: string) => Promise<void>,
  options = {},
): Promise<void> {
  const rig = openQueueRig(options);
  try {
    await work(rig, await rig.makeQueue('q'));
  } finally {
    rig.script.heal();
    await rig.close();
  }
}

test('the receives that failed together do not keep the next one from leaving', () =>
  rigOf(async (rig, url) => {
    const inbox = await rig.open(url, { waitMs: 20_000 });
    const stop = new AbortController();
    let got = 0;
    const loop = (async () => {
      while (!stop.signal.aborted) {
        const received = await inbox.receive({ maxFrames: 1000, signal: stop.signal });
        if (received.kind !== 'deliveries') return;
        for (const delivery of received.deliveries) {
          got += 1;
          delivery.ack();
        }
      }
    })();
    await rig.runtime.settle();
    const flood = async (): Promise<void> => {
      for (let batch = 0; batch < 8; batch += 1)
        await rig.service.sendBatch({
          queueUrl: url,
          entries: Array.from({ length: 10 }, () => ({ body: 'x', attributes: {} })),
        });
      await rig.runtime.advance(10);
    };
    for (let n = 0; n < 12; n += 1) await flood();
    const cuts: (() => void)[] = [];
    rig.faults.receive = () =>
      new Promise((resolve) => cuts.push(() => resolve({ kind: 'unreachable', error: 'reset' })));
    await flood();
    await flood();
    expect(cuts.length).toBeGreaterThan(3);
    delete rig.faults.receive;
    for (const cut of cuts) cut();
    await rig.runtime.advance(1);
    const before = got;
    await rig.put(url, ['after']);
    await rig.runtime.advance(1000);
    stop.abort();
    await rig.runtime.run(loop);
    expect(got - before).toBeGreaterThan(0);
  }));

test('frames that wait behind sends which hang are not taken for expired, and not lost', () =>
  rigOf(async (rig, url) => {
    for (let n = 0; n < 6; n += 1) await rig.putMessage(url, packOf([`${n}-done`, `${n}-left`]));
    const inbox = await rig.open(url);
    const all = await rig.take(inbox, 12);
    rig.script.always('sendBatch', { kind: 'holdAnswer' });
    for (let n = 0; n < 6; n += 1) {
      for (const each of all.filter(({ frame }) => frame.body.startsWith(`${n}-`)))
        if (each.frame.body.endsWith('done')) each.ack();
        else each.release(0);
      await rig.runtime.advance(10);
    }
    await rig.runtime.advance(9000);
    rig.script.heal();
    await rig.runtime.advance(20_000);
    const seen = new Set<string>();
    for (let n = 0; n < 6; n += 1)
      for (const each of await rig.take(inbox)) {
        seen.add(each.frame.body);
        each.ack();
      }
    for (let n = 0; n < 6; n += 1) expect(seen).toContain(`${n}-left`);
  }));

test('a task that has lain in the queue for longer than its timeout comes again', () =>
  rigOf(async (rig, url) => {
    await rig.putMessage(url, packOf(['a', 'b'], { ...HEADER, timeoutMs: 1000 }, true));
    await rig.runtime.advance(5000);
    const inbox = await rig.open(url);
    const [a, b] = await rig.take(inbox);
    a?.ack();
    b?.release(0);
    await rig.runtime.run(inbox.flush());
    const [again] = await rig.take(inbox);
    expect(again?.frame).toMatchObject({ body: 'b', header: { timeoutMs: 1000 } });
  }));

test('a malformed frame of a pack does not become a foreign request', () =>
  rigOf(async (rig, url) => {
    const { attributes, body } = packOf(['1', '2', '3']);
    const lines = body.split('\n');
    lines[3] = lines[3]!.replace(/\}$/, ',"x"}');
    await rig.putMessage(url, { body: lines.join('\n'), attributes });
    const inbox = await rig.open(url);
    const [one, two, three] = await rig.take(inbox);
    expect(two?.frame.malformed).toBeDefined();
    one?.ack();
    two?.release(0);
    three?.ack();
    await rig.runtime.run(inbox.flush());
    for (const again of await rig.take(inbox)) expect(again.frame.malformed).toBeDefined();
  }));

test('a pack on a FIFO queue does not lock its group for good', async () => {
  const rig = openQueueRig();
  const url = await rig.makeQueue('q.fifo');
  await rig.putMessage(url, {
    ...packOf(['1', '2']),
    groupId: 'g',
    deduplicationId: 'x',
  } as MessageParts);
  await rig.put(url, ['next'], 'g');
  const inbox: Inbox = await rig.open(url);
  const [one, two] = await rig.take(inbox);
  one?.ack();
  two?.release(0);
  const seen: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    for (const each of await rig.take(inbox)) {
      seen.push(each.frame.body);
      each.ack();
    }
    await rig.runtime.advance(5000);
  }
  await rig.close();
  expect(seen).toContain('next');
});

test('a frame that is released for longer than SQS delays a message does not bring back those that are done', () =>
  rigOf(async (rig, url) => {
    await rig.putMessage(url, packOf(['a', 'b', 'c'], { ...HEADER, timeoutMs: 3_000_000 }));
    const inbox = await rig.open(url);
    const [a, b, c] = await rig.take(inbox);
    a?.ack();
    b?.release(1_000_000);
    c?.release(0);
    await rig.runtime.run(inbox.flush());
    const seen: string[] = [];
    for (let n = 0; n < 3; n += 1) seen.push(...bodiesOf(await rig.take(inbox)));
    expect(seen).toEqual(['c']);
  }));

test('a pack that does not fit the outbox is not received over and over in the same instant', () =>
  rigOf(
    async (rig, url) => {
      await rig.putMessage(url, packOf(['a', 'b', 'c', 'd', 'e']));
      const inbox = await rig.open(url);
      const [a, ...others] = await rig.take(inbox);
      a?.ack();
      for (const other of others) other.release(0);
      await rig.runtime.settle();
      const seen: string[] = [];
      while (rig.runtime.monotonicMs() < 100 && seen.length < 100)
        for (const each of await rig.take(inbox, 100)) {
          seen.push(each.frame.body);
          if (each.separable) each.release(0);
          else each.ack();
        }
      // 9 times b and c here, with receive counts up to the redrive's.
      expect(seen.length).toBeLessThan(10);
    },
    { maxBufferedFrames: 2 },
  ));

test('a frame that cannot travel alone does not multiply those of its pack', () =>
  rigOf(async (rig, url) => {
    const header = { v: 1, type: 'mutation', at: 0, content: 'text' };
    await rig.putMessage(url, packOf(['ok', '', 'ok2'], header, true));
    const inbox = await rig.open(url);
    let singles = 0;
    for (let n = 0; n < 20; n += 1) {
      for (const each of await rig.take(inbox, 50)) {
        if (each.frame.header?.['try'] === undefined) each.release(0);
        else {
          singles += 1;
          each.ack();
        }
      }
      await rig.runtime.run(inbox.flush());
      await rig.runtime.advance(100);
    }
    expect(singles).toBeLessThanOrEqual(2);
  }));

test('a pack that was taken apart is deleted at once, before its frames can be received', () =>
  rigOf(async (rig, url) => {
    await rig.putMessage(url, packOf(['a', 'b', 'c']));
    const inbox = await rig.open(url);
    const [a, ...others] = await rig.take(inbox);
    a?.ack();
    for (const other of others) other.release(0);
    await rig.runtime.advance(1);
    expect(await rig.left(url)).toEqual({ visible: 2, inFlight: 0 });
  }));

test('what was sent on already is not sent on again when the rest of its pack comes again', () =>
  rigOf(async (rig, url) => {
    await rig.putMessage(url, packOf(['a', 'b', 'c', 'd']));
    const inbox = await rig.open(url);
    // In one batch: the first of them is taken, the others are not.
    const fail = { kind: 'failEntry', index: 1, failure: 'invalid' } as const;
    rig.script.next('sendBatch', fail);
    const [a, ...others] = await rig.take(inbox);
    a?.ack();
    for (const other of others) other.release(0);
    await rig.runtime.run(inbox.flush());
    const singles: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      for (const each of await rig.take(inbox, 50)) {
        if (each.separable) each.release(0);
        else {
          singles.push(each.frame.body);
          each.ack();
        }
      }
      await rig.runtime.run(inbox.flush());
      await rig.runtime.advance(500);
    }
    expect(singles.toSorted()).toEqual(['b', 'c', 'd']);
  }));
