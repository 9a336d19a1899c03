// Strays on the reply queue, reply queues that are lost, and requests that were written twice.
import { encodeErrorBody } from '@replyq/contract/wire';
import { createTRPCClient } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { queueLink } from './queue-link.ts';
import { ERROR, failureOf, openRig, shop, type Rig } from './testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(async () => {
  for (const name of Object.keys(rig.faults)) delete rig.faults[name as keyof Rig['faults']];
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

function buy(input: unknown, timeoutMs = 20_000): Promise<unknown> {
  return rig.requester.client(shop).buy(input, { timeoutMs });
}

describe('replies for other clients', () => {
  /** Puts so many different ones on our reply queue, and reads them once. */
  async function strays(count: number): Promise<void> {
    rig.onAsked = async (asked) => {
      for (let n = 0; n < count; n += 1) await asked.reply('1', { virtualQueue: `else${n}` });
      await asked.reply('2');
    };
    expect(await rig.runtime.run(buy(1))).toBe(2);
  }

  test('one that keeps coming does not lock the requester out', async () => {
    await strays(1);
    rig.onAsked = ({ reply }) => void rig.runtime.setTimer(4000, () => void reply('2'));
    for (let n = 0; n < 60; n += 1) {
      expect(await rig.runtime.run(buy(n))).toBe(2);
      await rig.runtime.advance(1000);
    }
    const counts = rig.events.flatMap((event) =>
      event.kind === 'sharedReplyQueue' ? [event.count] : [],
    );
    expect(new Set(counts)).toEqual(new Set([1]));
    // It is left to its owner longer each time.
    expect(counts.length).toBeGreaterThan(5);
    expect(counts.length).toBeLessThan(15);
  });

  test.each([
    [9, 'goes on'],
    [10, 'fails'],
  ])('after %i different ones within a minute the next call %s', async (count, then) => {
    await strays(count);
    rig.onAsked = ({ reply }) => void reply('3');
    const next = await rig.runtime.run(buy(2).catch((error: unknown) => error));
    if (then === 'goes on') expect(next).toBe(3);
    else expect(next).toMatchObject({ code: 'REPLY_QUEUE_LOST', maybeExecuted: false });
  });
});

describe('a reply queue that a heartbeat finds gone', () => {
  const GONE = { kind: 'gone', error: 'not there' } as const;

  test('fails the calls that were sent, though no poll has said so', async () => {
    const open = failureOf(buy(1, 600_000));
    await rig.runtime.advance(1000);
    rig.faults.tagQueue = async () => GONE;
    await rig.runtime.advance(111_000);
    delete rig.faults.tagQueue;
    expect(await rig.runtime.run(open)).toMatchObject({
      code: 'REPLY_QUEUE_LOST',
      maybeExecuted: true,
    });
    rig.onAsked = ({ reply }) => void reply('2');
    expect(await rig.runtime.run(buy(2))).toBe(2);
  });

  test('and that cannot be made again fails them, too', async () => {
    const open = failureOf(buy(1, 600_000));
    await rig.runtime.advance(1000);
    rig.faults.tagQueue = async () => GONE;
    rig.faults.createQueue = async () => ({ kind: 'denied', error: 'not allowed' });
    await rig.runtime.advance(111_000);
    expect(rig.requester.pendingCount()).toBe(0);
    const error = await open;
    expect(error).toMatchObject({ code: 'REPLY_QUEUE_LOST', maybeExecuted: true });
    expect((error as Error).message).toContain('not allowed');
    expect(rig.events).toContainEqual(
      expect.objectContaining({ kind: 'replyQueueLost', pendingCalls: 1 }),
    );
  });
});

describe('a refusal that says that nothing ran', () => {
  const t = initTRPC.create();
  const router = t.router({ buy: t.procedure.input(z.unknown()).mutation(() => 0) });
  const linked = (): Promise<unknown> => {
    const link = queueLink<typeof router>({ requester: rig.requester, queue: 'shop' });
    const client = createTRPCClient<typeof router>({ links: [link] });
    return failureOf(client.buy.mutate(1)).then((error) => (error as { meta: unknown }).meta);
  };
  const callers = [
    ['a contract’s client', () => failureOf(buy(1))],
    ['a link', linked],
  ] as const;

  beforeEach(async () => {
    await rig.runtime.run(rig.requester.ready());
    const body = JSON.stringify(encodeErrorBody({ message: 'no', code: 'CONFLICT', ran: false }));
    rig.onAsked = ({ reply }) => void reply(body, { header: ERROR });
  });

  test.each(callers)('is believed by %s when the request was written once', async (_, call) => {
    expect(await rig.runtime.run(call())).toMatchObject({ code: 'CONFLICT', maybeExecuted: false });
  });

  test.each(callers)('is not believed by %s when it was written twice', async (_, call) => {
    const send = rig.service.sendBatch.bind(rig.service);
    let isFirst = true;
    // The answer to the first attempt is lost: there are two copies, and one may have run.
    rig.faults.sendBatch = async (request) => {
      const result = await send(request);
      if (!isFirst) return result;
      isFirst = false;
      return { kind: 'unknown', error: 'reset' };
    };
    rig.onAsked = ({ reply }) => {
      if (rig.asked.length < 2) return;
      const body = JSON.stringify(encodeErrorBody({ message: 'no', code: 'CONFLICT', ran: false }));
      void reply(body, { header: ERROR });
    };
    expect(await rig.runtime.run(call())).toMatchObject({ code: 'CONFLICT', maybeExecuted: true });
    expect(rig.asked).toHaveLength(2);
  });
});

test('a call to a queue that is first named after the transport was closed fails at once', async () => {
  await rig.runtime.run(rig.requester.ready());
  await rig.runtime.run(rig.transport.close());
  const startedMs = rig.runtime.monotonicMs();
  const error = await rig.runtime.run(failureOf(rig.requester.request('later', 'x')));
  expect(error).toMatchObject({ code: 'CLOSED', maybeExecuted: false });
  expect(rig.runtime.monotonicMs()).toBe(startedMs);
});
