import { getEventListeners } from 'node:events';
import type { RpcError } from '@replyq/contract';
import { runInCall, type CallScope } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOf, openRig, shop, type Rig } from './testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(async () => {
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

function client(): ReturnType<typeof rig.requester.client<typeof shop>> {
  return rig.requester.client(shop);
}

describe('a call without a reply', () => {
  test('is open just before its deadline and fails with TIMEOUT at it', async () => {
    const failure = failureOf(client().buy(1));
    await rig.runtime.advance(1999);
    expect(rig.requester.pendingCount()).toBe(1);
    await rig.runtime.advance(1);
    expect(rig.requester.pendingCount()).toBe(0);
    expect(await failure).toMatchObject({
      code: 'TIMEOUT',
      origin: 'local',
      procedure: 'buy',
      queue: 'shop',
      callId: rig.asked[0]?.callId,
      elapsedMs: 2000,
      attempt: 1,
      maybeExecuted: true,
      message: 'No reply to "buy" from queue "shop" within 2000 ms.',
    });
  });

  test('says that nothing ran when the request never left', async () => {
    rig.faults.getQueueUrl = () => new Promise(() => {});
    const error = await rig.runtime.run(failureOf(client().buy(1)));
    expect(error).toMatchObject({ code: 'TIMEOUT', maybeExecuted: false });
    expect(rig.asked).toEqual([]);
    await rig.runtime.advance(15_000);
  });

  test('is SEND_UNKNOWN when the answer to the send was lost', async () => {
    await rig.requester.ready();
    let sends = 0;
    rig.faults.sendBatch = async () => {
      sends += 1;
      return { kind: sends === 1 ? 'unknown' : 'denied', error: 'reset' };
    };
    const error = await rig.runtime.run(failureOf(client().buy(1)));
    expect(error).toMatchObject({ code: 'SEND_UNKNOWN', maybeExecuted: true, elapsedMs: 2000 });
  });

  test('takes the option before the procedure before the requester', async () => {
    const asOption = rig.runtime.run(failureOf(client().buy(1, { timeoutMs: 50 })));
    expect(await asOption).toMatchObject({ elapsedMs: 50 });
    const asProcedure = rig.runtime.run(failureOf(client().buy(1)));
    expect(await asProcedure).toMatchObject({ elapsedMs: 2000 });
    const asRequester = rig.runtime.run(failureOf(client().price('x')));
    expect(await asRequester).toMatchObject({ elapsedMs: 20_000 });
  });
});

describe('a reply at the deadline', () => {
  test.each([
    { atMs: 1999, outcome: 7 },
    { atMs: 2000, outcome: 7 },
    { atMs: 2001, outcome: 'TIMEOUT' },
  ])('that is readable at $atMs of 2000 ms settles it with $outcome', async ({ atMs, outcome }) => {
    rig.onAsked = ({ reply }) => void rig.runtime.setTimer(atMs, () => void reply('7'));
    const end = client()
      .buy(1)
      .catch((error: RpcError) => error.code);
    await rig.runtime.advance(2001);
    expect(await end).toBe(outcome);
  });
});

describe('the outcome of the send', () => {
  test.each([
    ['gone', 'NOT_SENT'],
    ['denied', 'NOT_SENT'],
    ['invalid', 'BAD_REQUEST'],
    ['tooLarge', 'PAYLOAD_TOO_LARGE'],
  ] as const)('%s fails the call at once with %s: surely not run', async (kind, code) => {
    await rig.requester.ready();
    rig.faults.sendBatch = async () => ({ kind, error: 'no' });
    const error = await rig.runtime.run(failureOf(client().buy(1)));
    expect(error).toMatchObject({ code, maybeExecuted: false, elapsedMs: 0, procedure: 'buy' });
    expect(error).toHaveProperty('callId');
  });

  test('of a queue that is not there names the queue', async () => {
    const error = await rig.runtime.run(failureOf(rig.requester.request('nobody', 'x')));
    expect(error).toMatchObject({ code: 'NOT_SENT', queue: 'nobody', procedure: undefined });
  });

  test('may come after the reply, which settles the call', async () => {
    await rig.requester.ready();
    const send = rig.service.sendBatch.bind(rig.service);
    rig.faults.sendBatch = async (request) => {
      const result = await send(request);
      await new Promise<void>((resolve) => void rig.runtime.setTimer(500, resolve));
      return result;
    };
    rig.onAsked = ({ reply }) => void reply('7');
    const startedMs = rig.runtime.monotonicMs();
    expect(await rig.runtime.run(client().buy(1))).toBe(7);
    expect(rig.runtime.monotonicMs()).toBeLessThan(startedMs + 500);
    await rig.runtime.advance(15_000);
  });

  test('unknown does not stand in the way of a reply', async () => {
    await rig.requester.ready();
    const send = rig.service.sendBatch.bind(rig.service);
    rig.faults.sendBatch = async (request) => {
      await send(request);
      return { kind: 'unknown', error: 'reset' };
    };
    rig.onAsked = ({ reply }) => void rig.runtime.setTimer(1500, () => void reply('7'));
    expect(await rig.runtime.run(client().buy(1))).toBe(7);
    await rig.runtime.advance(15_000);
  });
});

describe('an abort', () => {
  test('before the call sends nothing and keeps the reason', async () => {
    const error = await failureOf(client().buy(1, { signal: AbortSignal.abort('why') }));
    expect(error).toMatchObject({ code: 'CANCELLED', maybeExecuted: false, cause: 'why' });
    await rig.runtime.advance(100);
    expect(rig.asked).toEqual([]);
    expect(rig.apiRequests('CreateQueue', '')).toBe(0);
  });

  test('before the batch leaves sends nothing', async () => {
    await rig.runtime.run(rig.requester.ready());
    const controller = new AbortController();
    const failure = failureOf(client().buy(1, { signal: controller.signal }));
    controller.abort();
    expect(await failure).toMatchObject({ code: 'CANCELLED', maybeExecuted: false });
    await rig.runtime.advance(100);
    expect(rig.asked).toEqual([]);
  });

  test('after the request has left rejects at once and says that it may run', async () => {
    const controller = new AbortController();
    const failure = failureOf(client().buy(1, { signal: controller.signal }));
    await rig.runtime.advance(10);
    expect(rig.asked).toHaveLength(1);
    controller.abort();
    expect(await failure).toMatchObject({ code: 'CANCELLED', maybeExecuted: true });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('leaves no listener behind when the reply comes or the time is up', async () => {
    const { signal } = new AbortController();
    rig.onAsked = ({ frame, reply }) => void (frame.body === '1' ? reply('7') : undefined);
    await rig.runtime.run(client().buy(1, { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await rig.runtime.run(failureOf(client().buy(2, { signal })));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a call from within a handler', () => {
  const scope = (leftMs: number): CallScope => ({
    callId: 'outer',
    procedure: 'outer',
    queue: 'outer',
    metadata: {},
    trace: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    attempt: 1,
    remainingMs: () => leftMs,
    progress: () => undefined,
  });

  test('has the smaller of its own time and what is left of the outer one', async () => {
    const less = runInCall(scope(300), () => failureOf(client().buy(1)));
    expect(await rig.runtime.run(less)).toMatchObject({ code: 'TIMEOUT', elapsedMs: 300 });
    const more = runInCall(scope(3000), () => failureOf(client().buy(1)));
    expect(await rig.runtime.run(more)).toMatchObject({ elapsedMs: 2000 });
  });

  test('has its own time when it is detached', async () => {
    const call = runInCall(scope(300), () => failureOf(client().buy(1, { detached: true })));
    expect(await rig.runtime.run(call)).toMatchObject({ elapsedMs: 2000 });
  });

  test('is not sent when nothing is left', async () => {
    const error = await runInCall(scope(0), () => failureOf(client().buy(1)));
    expect(error).toMatchObject({ code: 'TIMEOUT', maybeExecuted: false });
    await rig.runtime.advance(100);
    expect(rig.asked).toEqual([]);
  });

  test('carries the trace on, and the remaining time', async () => {
    const call = runInCall(scope(300.5), () => failureOf(client().buy(1)));
    await rig.runtime.run(call);
    expect(rig.asked[0]?.frame.traceparent).toBe(scope(0).trace.traceparent);
    expect(rig.asked[0]?.header['timeoutMs']).toBe(301);
  });
});

test('a call beyond maxPendingCalls is refused at once and sends nothing', async () => {
  const small = await openRig({ maxPendingCalls: 1 });
  const first = failureOf(small.requester.client(shop).buy(1));
  const second = await failureOf(small.requester.client(shop).buy(2));
  expect(second).toMatchObject({ code: 'OVERLOADED', maybeExecuted: false, procedure: 'buy' });
  await small.runtime.run(first);
  expect(small.asked).toHaveLength(1);
  await small.close();
});
