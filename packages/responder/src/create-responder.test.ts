import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponder } from './create-responder.ts';
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

describe('drain', () => {
  test('waits for the open poll and for handlers, and sends the deletes', async () => {
    await world.runtime.run(rig.make({ waitMs: 5000 }).start());
    const call = rig.ask(3000);
    await world.runtime.advance(100);
    const draining = rig.responder.drain();
    await world.runtime.settle();
    expect(rig.responder.health()).toMatchObject({ state: 'draining', healthy: false });
    await world.runtime.run(draining);
    expect(await call).toBe(3000);
    expect(await rig.left()).toEqual({ visible: 0, inFlight: 0 });
    expect(world.runtime.monotonicMs()).toBeLessThanOrEqual(5000);
  });

  test('gives back what the open poll still brings, and starts nothing', async () => {
    await world.runtime.run(rig.make({ waitMs: 5000 }).start());
    const draining = rig.responder.drain();
    const call = rig.ask(1);
    await world.runtime.run(draining);
    expect(rig.started).toEqual([]);
    expect(await rig.left()).toEqual({ visible: 1, inFlight: 0 });
    await world.runtime.run(rig.responder.close());
    const other = createResponder({
      transport: world.transport,
      contract: one,
      handlers: { run: ({ input }) => input },
    });
    await world.runtime.run(other.start());
    expect(await world.runtime.run(call)).toBe(1);
    await world.runtime.run(other.close());
  });

  test('during start waits for it, and close then closes what was opened', async () => {
    const starting = rig.make().start();
    const draining = rig.responder.drain();
    const closing = rig.responder.close();
    await expect(starting).rejects.toMatchObject({ code: 'CLOSED' });
    await world.runtime.run(draining);
    await world.runtime.run(closing);
    expect(world.events).not.toContainEqual(
      expect.objectContaining({ operation: 'ReceiveMessage' }),
    );
  });
});

describe('close', () => {
  test('lets handlers finish within drainMs', async () => {
    await world.runtime.run(rig.make({ drainMs: 1000 }).start());
    const call = rig.ask(900);
    await world.runtime.advance(10);
    const beforeMs = world.runtime.monotonicMs();
    await world.runtime.run(rig.responder.close());
    expect(world.runtime.monotonicMs()).toBe(beforeMs + 890);
    expect(await call).toBe(900);
    expect(await rig.left()).toEqual({ visible: 0, inFlight: 0 });
  });

  test('aborts them after drainMs, and gives their requests back', async () => {
    await world.runtime.run(rig.make({ drainMs: 1000 }).start());
    const call = rig.ask(30_000);
    await world.runtime.advance(10);
    await world.runtime.run(rig.responder.close());
    expect(rig.running).toBe(0);
    expect(await rig.left()).toEqual({ visible: 1, inFlight: 0 });
    await world.runtime.run(world.requester.close());
    expect(await call).toBe('CLOSED');
  });

  test('gives back the requests of handlers that do not heed their signal, too', async () => {
    const handlers = { run: () => new Promise(() => {}) };
    await world.runtime.run(rig.make({ drainMs: 0, handlers }).start());
    void rig.ask(1);
    await world.runtime.advance(10);
    await world.runtime.run(rig.responder.close());
    expect(await rig.left()).toEqual({ visible: 1, inFlight: 0 });
    expect(rig.responder.close()).toBe(rig.responder.close());
    await expect(rig.responder.drain()).resolves.toBeUndefined();
  });

  test('during start, before start, and before a second start', async () => {
    const starting = rig.make().start();
    const closing = rig.responder.close();
    await expect(starting).rejects.toMatchObject({ code: 'CLOSED', queue: 'one' });
    await world.runtime.run(closing);
    await expect(rig.responder.start()).rejects.toMatchObject({ code: 'CLOSED' });
    await rig.make().close();
    expect(rig.responder.health()).toMatchObject({ state: 'closed', inbox: undefined });
    await expect(rig.responder.start()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('start', () => {
  test('twice opens one inbox', async () => {
    await world.runtime.run(Promise.all([rig.make().start(), rig.responder.start()]));
    await rig.responder.start();
    await world.runtime.advance(10);
    expect(rig.responder.health()).toMatchObject({ state: 'running', healthy: true });
    expect(await world.runtime.run(rig.ask(1))).toBe(1);
  });

  test('fails when the queue is not there, and may be tried again', async () => {
    rig.make({ create: false });
    await expect(rig.responder.start()).rejects.toMatchObject({ code: 'NOT_FOUND', queue: 'one' });
    expect(rig.responder.health()).toMatchObject({ state: 'idle', healthy: false });
    await world.service.createQueue({ name: 'one' });
    await world.runtime.run(rig.responder.start());
    expect(rig.responder.health().state).toBe('running');
  });

  test('closes the inbox when the replies cannot be opened', async () => {
    const { openInbox } = world.transport;
    let closes = 0;
    const transport = {
      ...world.transport,
      openInbox: async (...args: Parameters<typeof openInbox>) => {
        const inbox = await openInbox(...args);
        const close = (): Promise<void> => ((closes += 1), inbox.close());
        return Object.assign(Object.create(inbox), { close }) as typeof inbox;
      },
      openReplies: () => Promise.reject(new Error('no')),
    };
    rig.make({ transport });
    await expect(rig.responder.start()).rejects.toThrow('no');
    expect(closes).toBe(1);
  });
});

test.each([
  [{ concurrency: 0 }, 'concurrency is 0: expected an integer from 1 to 100000.'],
  [{ concurrency: 1.5 }, 'concurrency is 1.5: expected an integer from 1 to 100000.'],
  [{ drainMs: -1 }, 'drainMs is -1: expected 0 to 3600000.'],
  [{ graceMs: Number.NaN }, 'graceMs is NaN: expected 0 to 3600000.'],
  [{ timeoutMs: 0 }, 'timeoutMs is 0: expected 1 to 3600000.'],
  [{ maxTimeoutMs: 43_200_000 }, 'maxTimeoutMs is 43200000: expected 1 to 41395000.'],
  [
    { maxTimeoutMs: 41_395_000, graceMs: 5001 },
    'maxTimeoutMs is 41395000: expected 1 to 41394999.',
  ],
])('options out of range, %o, are refused', (options, message) => {
  rig.make();
  expect(() => rig.make(options)).toThrow(message);
});
