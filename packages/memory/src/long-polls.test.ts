import { createVirtualRuntime } from '@replyq/testing';
import type { ReceiveResult } from '@replyq/queue';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryQueueService } from './memory-queue-service.ts';

const queueUrl = 'http://memory.localhost/000000000000/q';

async function open(abortedPollTakes = false) {
  const runtime = createVirtualRuntime();
  const options = { runtime, abortedPollTakes, createdVisibleAfterMs: 0 };
  const service = createMemoryQueueService(options);
  await service.createQueue({ name: 'q' });
  const send = (...bodies: readonly string[]) =>
    service.sendBatch({ queueUrl, entries: bodies.map((body) => ({ body, attributes: {} })) });
  const poll = (signal?: AbortSignal, waitMs = 20_000) =>
    service.receive({
      queueUrl,
      waitMs,
      maxMessages: 10,
      visibilityMs: 5_000,
      ...(signal && { signal }),
    });
  return { runtime, service, send, poll };
}

function bodies(result: ReceiveResult): readonly string[] {
  return result.kind === 'ok' ? result.messages.map(({ body }) => body) : [result.kind];
}

describe('long polls', () => {
  it('are served in the order of their arrival, one for one message', async () => {
    const { send, poll, runtime, service } = await open();
    const ended: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      void poll().then((result) => ended.push(`${name}: ${bodies(result).join()}`));
    }
    await runtime.settle();
    await send('1');
    await runtime.settle();
    expect(ended).toEqual(['first: 1']);
    await send('2');
    await runtime.settle();
    expect(ended).toEqual(['first: 1', 'second: 2']);
    await service.close();
    await runtime.settle();
    expect(ended).toEqual(['first: 1', 'second: 2', 'third: unreachable']);
  });

  it('get a batch together', async () => {
    const { send, poll } = await open();
    const waiting = poll();
    await send('1', '2', '3');
    expect(bodies(await waiting)).toEqual(['1', '2', '3']);
  });

  it('come before a receive that arrives later than the message', async () => {
    const { send, poll } = await open();
    const early = poll();
    const [, late] = await Promise.all([send('1'), poll(undefined, 0)]);
    expect(bodies(late)).toEqual([]);
    expect(bodies(await early)).toEqual(['1']);
  });

  it('end empty at the end of their wait and not before', async () => {
    const { poll, runtime } = await open();
    const ended: number[] = [];
    void poll().then(() => ended.push(runtime.monotonicMs()));
    await runtime.advance(19_999);
    expect(ended).toEqual([]);
    await runtime.advance(1);
    expect(ended).toEqual([20_000]);
    expect(runtime.timerCount()).toBe(0);
  });

  it('leave a message to others when they were aborted before it came', async () => {
    const { send, poll, runtime } = await open();
    const abort = new AbortController();
    const aborted = poll(abort.signal);
    const other = poll();
    abort.abort();
    expect(bodies(await aborted)).toEqual(['aborted']);
    await send('1');
    expect(bodies(await other)).toEqual(['1']);
    await runtime.advance(20_000);
    expect(runtime.timerCount()).toBe(0);
  });

  it('keep what they were given when they are aborted after', async () => {
    const { send, poll, runtime } = await open();
    const abort = new AbortController();
    const waiting = poll(abort.signal);
    await send('1');
    await runtime.settle();
    abort.abort();
    expect(bodies(await waiting)).toEqual(['1']);
  });

  it('take a message with them into death when told to, for its visibility timeout', async () => {
    const { send, poll, runtime } = await open(true);
    const abort = new AbortController();
    const aborted = poll(abort.signal);
    abort.abort();
    expect(bodies(await aborted)).toEqual(['aborted']);
    await send('1');
    await runtime.settle();
    expect(bodies(await poll(undefined, 0))).toEqual([]);
    await runtime.advance(5_000);
    const again = await poll(undefined, 0);
    expect(again).toMatchObject({ messages: [{ body: '1', receiveCount: 2 }] });
  });

  it('do not haunt a queue beyond their wait', async () => {
    const { send, poll, runtime } = await open(true);
    const abort = new AbortController();
    const aborted = poll(abort.signal);
    abort.abort();
    await aborted;
    await runtime.advance(20_000);
    await send('1');
    expect(bodies(await poll(undefined, 0))).toEqual(['1']);
  });

  it('leave no listener on a signal that outlives them', async () => {
    const { poll, runtime } = await open();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    for (let turn = 0; turn < 5; turn += 1) await runtime.run(poll(signal, 1_000));
    expect(added).toHaveBeenCalledTimes(5);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });
});
