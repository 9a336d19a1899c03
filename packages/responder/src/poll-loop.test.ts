import { memoryTransport } from '@replyq/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

describe('R1: slots', () => {
  test('are never more than the concurrency, and are refilled one by one', async () => {
    await world.runtime.run(rig.make({ concurrency: 3 }).start());
    const calls = Array.from({ length: 20 }, (_, n) => rig.ask(100 + n * 10));
    await world.runtime.advance(50);
    expect(rig.responder.health()).toMatchObject({ runningHandlers: 3, freeSlots: 0 });
    expect(await rig.left()).toEqual({ visible: 17, inFlight: 3 });
    await world.runtime.advance(51);
    expect(rig.started).toHaveLength(4);
    const values = await world.runtime.run(Promise.all(calls));
    expect(values).toEqual(Array.from({ length: 20 }, (_, n) => 100 + n * 10));
    expect(rig.most).toBe(3);
  });

  test('are free while replies are on their way, of which at most four a slot pile up', async () => {
    const answers: (() => void)[] = [];
    world.faults.sendBatch = async (request) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return world.service.sendBatch(request);
    };
    await world.runtime.run(rig.make({ concurrency: 2 }).start());
    const calls = Array.from({ length: 20 }, () => rig.ask(1));
    await world.runtime.advance(100);
    expect(rig.started).toHaveLength(8);
    expect(rig.responder.health()).toMatchObject({ runningHandlers: 0, freeSlots: 2 });
    delete world.faults.sendBatch;
    for (const answer of answers) answer();
    await world.runtime.run(Promise.all(calls));
    expect(rig.most).toBe(2);
  });

  test('are free again after failing and after abandoned handlers', async () => {
    const handlers = {
      run: ({ input }: { input: number }): Promise<number> =>
        input === 0 ? Promise.reject(new Error('x')) : new Promise(() => {}),
    };
    await world.runtime.run(rig.make({ concurrency: 1, handlers, graceMs: 10 }).start());
    expect(await world.runtime.run(rig.ask(0))).toBe('INTERNAL_SERVER_ERROR');
    const client = world.requester.client(one);
    const stuck = client.run(1, { timeoutMs: 100 }).catch(() => 'timeout');
    expect(await world.runtime.run(stuck)).toBe('timeout');
    await world.runtime.advance(20);
    expect(rig.responder.health().freeSlots).toBe(1);
    expect(await world.runtime.run(rig.ask(0))).toBe('INTERNAL_SERVER_ERROR');
  });
});

test('A2: a request is deleted only after its reply was accepted', async () => {
  await world.runtime.run(rig.make().start());
  await world.runtime.run(rig.ask(5));
  await world.runtime.advance(1000);
  const operations = world.events.flatMap((event) =>
    event.kind === 'apiRequest' &&
    ['SendMessageBatch', 'DeleteMessageBatch'].includes(event.operation)
      ? [event.operation]
      : [],
  );
  expect(operations).toEqual(['SendMessageBatch', 'DeleteMessageBatch']);
});

test('a reply whose send fails for a while is sent again, and the handler runs once', async () => {
  await world.runtime.run(rig.make().start());
  let sends = 0;
  world.faults.sendBatch = async (request) =>
    (sends += 1) < 4 ? { kind: 'throttled', error: 'slow' } : world.service.sendBatch(request);
  expect(await world.runtime.run(rig.ask(5))).toBe(5);
  expect(rig.started).toEqual([5]);
  expect(sends).toBe(4);
});

test('a queue that is gone and comes back is served again', async () => {
  await world.runtime.run(rig.make().start());
  await world.runtime.advance(5000);
  const url = await world.service.getQueueUrl({ name: 'one' });
  if (url.kind !== 'ok') throw new Error(url.error);
  await world.service.deleteQueue(url);
  await world.runtime.advance(61_000);
  expect(rig.responder.health()).toMatchObject({ state: 'running', healthy: false });
  expect(world.runtime.timerCount()).toBeLessThan(5);
  await world.service.createQueue({ name: 'one' });
  expect(await world.runtime.run(rig.ask(1))).toBe(1);
  expect(rig.responder.health()).toMatchObject({ healthy: true });
});

test('R3: a running responder keeps its process alive, a closed one does not', async () => {
  const kept = new Set<unknown>();
  const { runtime } = world;
  const counting: typeof runtime = {
    ...runtime,
    setTimer: (delayMs, fire, options) => {
      const timer = runtime.setTimer(delayMs, fire, options);
      const own = { cancel: () => (kept.delete(own), timer.cancel()) };
      if (options?.keepAlive === true) kept.add(own);
      return own;
    },
  };
  const transport = memoryTransport({ service: world.service, runtime: counting });
  await runtime.run(rig.make({ transport }).start());
  await runtime.advance(100_000);
  expect(kept.size).toBe(1);
  await runtime.run(rig.responder.close());
  expect(kept.size).toBe(0);
});
