import { RpcError } from '@replyq/contract';
import { memoryTransport } from '@replyq/memory';
import { createVirtualRuntime } from '@replyq/testing';
import { describe, expect, test } from 'vitest';
import { createRequester } from './create-requester.ts';
import { failureOf, openRig, shop } from './testing/rig.ts';

describe('close', () => {
  test('rejects open calls as CLOSED, deletes the reply queue, and later calls are CLOSED', async () => {
    const { requester, runtime, service, transport, close, asked } = await openRig();
    const client = requester.client(shop);
    const open = failureOf(client.buy(1));
    await runtime.advance(10);
    const closing = requester.close();
    expect(await open).toMatchObject({ code: 'CLOSED', maybeExecuted: true, procedure: 'buy' });
    expect(requester.close()).toBe(closing);
    await runtime.run(closing);
    const listed = await service.listQueues({ prefix: '__' });
    expect(listed).toMatchObject({ queueUrls: [] });
    const later = await runtime.run(failureOf(client.buy(2)));
    expect(later).toMatchObject({ code: 'CLOSED', maybeExecuted: false, queue: 'shop' });
    expect(await runtime.run(requester.ready())).toMatchObject({
      kind: 'failed',
      reason: 'closed',
    });
    expect(asked).toHaveLength(1);
    expect(transport.runtime).toBe(runtime);
    await close();
    expect(runtime.timerCount()).toBe(0);
  });

  test('during an open poll ends it at once', async () => {
    const { requester, runtime, close } = await openRig();
    const open = failureOf(requester.client(shop).buy(1));
    await runtime.advance(10);
    const startedMs = runtime.monotonicMs();
    await runtime.run(requester.close());
    expect(runtime.monotonicMs()).toBe(startedMs);
    expect(await open).toMatchObject({ code: 'CLOSED' });
    await close();
    expect(runtime.timerCount()).toBe(0);
  });

  test('while the reply queue is being made leaves no queue behind', async () => {
    const { requester, runtime, service, faults, close, asked } = await openRig();
    faults.createQueue = async (request) => {
      await new Promise<void>((resolve) => void runtime.setTimer(100, resolve));
      return service.createQueue(request);
    };
    const call = failureOf(requester.client(shop).buy(1));
    const ready = requester.ready();
    const closing = requester.close();
    expect(await call).toMatchObject({ code: 'CLOSED', maybeExecuted: false });
    await runtime.run(closing);
    expect(await ready).toMatchObject({ kind: 'failed', reason: 'closed' });
    expect(await service.listQueues({ prefix: '__' })).toMatchObject({ queueUrls: [] });
    expect(asked).toEqual([]);
    await close();
    expect(runtime.timerCount()).toBe(0);
  });

  test('before anything was called makes no request', async () => {
    const { requester, runtime, events, close } = await openRig();
    await requester.close();
    expect(events).toEqual([]);
    await close();
    expect(runtime.timerCount()).toBe(0);
  });

  test('is what `await using` does', async () => {
    const { requester, close } = await openRig();
    await requester[Symbol.asyncDispose]();
    expect(await failureOf(requester.client(shop).buy(1))).toMatchObject({ code: 'CLOSED' });
    await close();
  });
});

describe('ready', () => {
  test('makes the reply queue ahead of the first call, once', async () => {
    const { requester, runtime, apiRequests, close, ...rig } = await openRig();
    expect(await runtime.run(Promise.all([requester.ready(), requester.ready()]))).toEqual([
      { kind: 'ready' },
      { kind: 'ready' },
    ]);
    expect(apiRequests('CreateQueue', requester.clientId)).toBe(1);
    rig.onAsked = ({ reply }) => void reply('7');
    const call = failureOf(requester.client(shop).buy(1));
    await runtime.run(call);
    expect(apiRequests('CreateQueue', requester.clientId)).toBe(1);
    await close();
  });
});

test('a call id is new for each call and begins with the client id', async () => {
  const rig = await openRig();
  rig.onAsked = ({ reply }) => void reply('7');
  const client = rig.requester.client(shop);
  await rig.runtime.run(Promise.all(Array.from({ length: 50 }, () => client.buy(1))));
  const ids = new Set(rig.asked.map(({ callId }) => callId));
  expect(ids.size).toBe(50);
  for (const id of ids) expect(id).toMatch(new RegExp(`^${rig.requester.clientId}.{22}$`));
  await rig.close();
});

test('health tells of failing receives', async () => {
  const rig = await openRig();
  expect(rig.requester.health()).toMatchObject({ healthy: true });
  await rig.requester.ready();
  rig.faults.receive = async () => ({ kind: 'denied', error: 'no' });
  const call = failureOf(rig.requester.client(shop).price('a'));
  await rig.runtime.advance(10_000);
  expect(rig.requester.health()).toMatchObject({ healthy: false, lastError: 'no' });
  await rig.runtime.run(call);
  await rig.close();
});

describe('options out of range', () => {
  const runtime = createVirtualRuntime();
  const transport = memoryTransport({ runtime });
  test.each([
    [{ timeoutMs: 0 }, 'timeoutMs is 0: expected 1 to 3600000.'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs is NaN: expected 1 to 3600000.'],
    [{ timeoutMs: 10, maxTimeoutMs: 9 }, 'timeoutMs is 10: expected 1 to 9.'],
    [{ maxTimeoutMs: 2 ** 31 }, 'maxTimeoutMs is 2147483648: expected 1 to 2147483647.'],
    [{ maxPendingCalls: 0 }, 'maxPendingCalls is 0: expected an integer from 1 to 10000000.'],
  ])('%o are refused with their bounds', (options, message) => {
    expect(() => createRequester({ transport, ...options })).toThrow(
      new RpcError({ code: 'BAD_REQUEST', message }),
    );
  });
});
