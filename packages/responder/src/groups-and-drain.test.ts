// Tenants on standard queues, order on FIFO queues, and what a drain leaves.
import { writePack } from '@replyq/contract/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponder, type Responder } from './create-responder.ts';
import { one, openResponder, type ResponderRig } from './testing/responder-rig.ts';
import type { World } from './testing/world.ts';

let rig: ResponderRig;
let world: World;

beforeEach(() => {
  rig = openResponder();
  ({ world } = rig);
});

afterEach(async () => {
  await world.runtime.run(rig.responder.close());
  await world.close();
  expect(world.requester.pendingCount()).toBe(0);
  expect(world.runtime.timerCount()).toBe(0);
});

async function left(queue: string): Promise<{ visible: number; inFlight: number }> {
  const url = await world.service.getQueueUrl({ name: queue });
  if (url.kind !== 'ok') throw new Error(url.error);
  const found = await world.service.getQueueAttributes(url);
  if (found.kind !== 'ok') throw new Error(found.error);
  const { visibleCount, inFlightCount } = found.attributes;
  return { visible: visibleCount, inFlight: inFlightCount };
}

/** Calls to one group, one for each input. */
function askGroup(queue: string, inputs: readonly number[]): Promise<unknown[]> {
  const client = world.requester.client(one, { queue });
  const calls = inputs.map((ms) => client.run(ms, { groupId: 'g' }));
  return Promise.all(calls.map((call) => call.catch((error: { code: string }) => error.code)));
}

/** Answers at once, beside the rig's responder. */
async function startOther(queue: string, served: number[]): Promise<Responder> {
  const handlers = { run: ({ input }: { readonly input: number }) => (served.push(input), input) };
  const { transport } = world;
  const other = createResponder({ transport, contract: one, queue, handlers });
  await world.runtime.run(other.start());
  return other;
}

describe('requests of one tenant', () => {
  test('run side by side on a standard queue, and as many as there are slots are held', async () => {
    await world.runtime.run(rig.make({ concurrency: 4 }).start());
    const calls = askGroup('one', Array(100).fill(1000));
    await world.runtime.advance(500);
    expect(rig.running).toBe(4);
    expect(await left('one')).toEqual({ visible: 96, inFlight: 4 });
    // Between two turns nothing but what runs, and what waits to be deleted, is held.
    await world.runtime.advance(1000);
    expect(rig.running).toBe(4);
    expect((await left('one')).inFlight).toBeLessThanOrEqual(8);
    await world.runtime.run(calls);
    expect(rig.most).toBe(4);
  });

  test('run one at a time, in order, on a FIFO queue', async () => {
    await world.runtime.run(rig.make({ queue: 'one.fifo', concurrency: 4 }).start());
    const inputs = [300, 200, 100, 50];
    expect(await world.runtime.run(askGroup('one.fifo', inputs))).toEqual(inputs);
    expect(rig.most).toBe(1);
    expect(rig.started).toEqual(inputs);
  });
});

describe('drain', () => {
  test('gives back at once what waits in a FIFO lane, and another responder answers it', async () => {
    await world.service.createQueue({ name: 'one.fifo', attributes: { fifo: true } });
    const calls = askGroup('one.fifo', [3000, 2, 3]);
    await world.runtime.advance(100);
    await world.runtime.run(rig.make({ queue: 'one.fifo', waitMs: 1000 }).start());
    await world.runtime.advance(100);
    expect(await left('one.fifo')).toEqual({ visible: 0, inFlight: 3 });
    const draining = rig.responder.drain();
    await world.runtime.advance(1000);
    expect(await left('one.fifo')).toEqual({ visible: 2, inFlight: 1 });
    await world.runtime.run(draining);
    expect(await left('one.fifo')).toEqual({ visible: 2, inFlight: 0 });
    const served: number[] = [];
    const other = await startOther('one.fifo', served);
    expect(await world.runtime.run(calls)).toEqual([3000, 2, 3]);
    expect([rig.started, served]).toEqual([[3000], [2, 3]]);
    await world.runtime.run(other.close());
  });

  test('gives back frames of a pack that had no slot yet, and holds nothing afterwards', async () => {
    await world.runtime.run(rig.make({ concurrency: 1 }).start());
    const url = await world.service.getQueueUrl({ name: 'one' });
    if (url.kind !== 'ok') throw new Error(url.error);
    const header = { v: 1, type: 'mutation', timeoutMs: 60_000, content: 'json' };
    const frames = [500, 2, 3].map((ms) => ({
      procedure: 'run',
      header: { ...header, at: world.runtime.nowMs() },
      body: String(ms),
      attributes: {},
    }));
    await world.service.sendBatch({ ...url, entries: [writePack(frames)] });
    await world.runtime.advance(100);
    expect([rig.started, await left('one')]).toEqual([[500], { visible: 0, inFlight: 1 }]);
    await world.runtime.run(rig.responder.drain());
    expect(rig.started).toEqual([500]);
    expect(await left('one')).toEqual({ visible: 2, inFlight: 0 });
    const served: number[] = [];
    const other = await startOther('one', served);
    await world.runtime.advance(1000);
    expect(served.toSorted((a, b) => a - b)).toEqual([2, 3]);
    await world.runtime.run(other.close());
    expect(await left('one')).toEqual({ visible: 0, inFlight: 0 });
  });
});
