import { getEventListeners } from 'node:events';
import { defineContract, mutation } from '@replyq/contract';
import { currentCall } from '@replyq/contract/transport';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AnswererSettings } from './responder-options.ts';
import { openAnswerer, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: mutation({ input: z.unknown(), output: z.unknown() }),
});

let rig: Rig;
let aborts: string[];

type Run = (signal: AbortSignal) => unknown;

function open(run: Run, settings: AnswererSettings = {}): Rig {
  rig = openAnswerer({
    contract: one,
    handlers: {
      run: ({ signal }) => {
        signal.addEventListener('abort', () => {
          aborts.push(`${(signal.reason as Error).name} at ${rig.runtime.monotonicMs()}`);
        });
        return run(signal);
      },
    },
    ...settings,
  });
  return rig;
}

const never: Run = () => new Promise(() => {});
const heeding: Run = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

beforeEach(() => {
  aborts = [];
});

describe('I13: the signal', () => {
  test('aborts at the deadline; the reply of one that heeds it is too late', async () => {
    open(heeding);
    expect(await rig.answer({ ageMs: 400 })).toEqual({ kind: 'ack' });
    expect(aborts).toEqual(['TimeoutError at 600']);
    expect(rig.replies).toEqual([]);
    expect(rig.runtime.timerCount()).toBe(0);
  });

  test.each([
    ['a call', {}, 'The caller waits no longer.'],
    ['a task', { task: true, header: { timeoutMs: 1000 } }, 'The time of this run is up.'],
    ['a task whose result is awaited', { header: { task: 't' } }, 'The time of this run is up.'],
  ])('says why it aborts at the deadline of %s', async (_, request, message) => {
    let reason: unknown;
    open(async (signal) => {
      reason = await Promise.resolve(heeding(signal)).catch((cause: unknown) => cause);
    });
    await rig.answer(request);
    expect(reason).toMatchObject({ name: 'TimeoutError', message });
  });

  test('does not abort once the handler has ended', async () => {
    open(() => 7);
    const before = getEventListeners(rig.closing.signal, 'abort');
    await rig.answer({});
    await rig.runtime.advance(10_000);
    expect(aborts).toEqual([]);
    expect(getEventListeners(rig.closing.signal, 'abort')).toEqual(before);
  });
});

describe('a handler that ignores its signal', () => {
  test.each([
    [{}, 6000],
    [{ graceMs: 0 }, 1000],
  ])('with %o frees its slot at %i ms, and the request is deleted', async (settings, atMs) => {
    open(never, settings);
    const answer = rig.begin({});
    let settled = false;
    void answer.then(() => (settled = true));
    await rig.runtime.advance(atMs - 1);
    expect(settled).toBe(false);
    await rig.runtime.advance(1);
    expect(await answer).toEqual({ kind: 'ack' });
    expect(rig.events.at(-1)).toMatchObject({ kind: 'handlerSettled', outcome: 'abandoned' });
    // Its claim is kept: it still runs.
    expect(rig.runtime.timerCount()).toBe(1);
    rig.closing.abort();
    expect(rig.runtime.timerCount()).toBe(0);
    expect(getEventListeners(rig.closing.signal, 'abort')).toEqual([]);
  });

  test('as a task comes again', async () => {
    open(never);
    expect(await rig.answer({ task: true })).toMatchObject({ kind: 'release' });
    expect(rig.events.at(-1)).toMatchObject({ kind: 'taskRetried', attempt: 1 });
  });

  test('and ends at last changes nothing any more', async () => {
    open(() => new Promise((resolve) => void rig.runtime.setTimer(7000, () => resolve('late'))));
    expect(await rig.answer({})).toEqual({ kind: 'ack' });
    await rig.runtime.advance(10_000);
    expect(rig.replies).toEqual([]);
  });
});

describe('when the responder gives up waiting', () => {
  test('a handler that heeds its signal has its request given back at once', async () => {
    open(heeding);
    const answer = rig.begin({});
    await rig.runtime.settle();
    rig.closing.abort();
    expect(await rig.runtime.run(answer)).toEqual({ kind: 'release', delayMs: 0 });
    expect(aborts).toEqual(['AbortError at 0']);
    expect(rig.replies).toEqual([]);
    await rig.runtime.advance(0);
    expect(rig.runtime.timerCount()).toBe(0);
  });

  test('one that does not is left behind, with no timer of ours', async () => {
    open(never);
    const answer = rig.begin({});
    await rig.runtime.settle();
    rig.closing.abort();
    expect(await rig.runtime.run(answer)).toEqual({ kind: 'release', delayMs: 0 });
    expect(rig.runtime.timerCount()).toBe(0);
  });

  test('one that ends with a result is replied', async () => {
    open((signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(7))));
    const answer = rig.begin({});
    await rig.runtime.settle();
    rig.closing.abort();
    expect(await rig.runtime.run(answer)).toEqual({ kind: 'ack' });
    expect(rig.result()).toBe(7);
  });
});

describe('F43: a handler that returns', () => {
  test.each([
    ['a thenable', { then: (resolve: (value: unknown) => void) => resolve(7) }],
    ['a promise of a thenable', Promise.resolve({ then: (ok: (v: unknown) => void) => ok(7) })],
  ])('%s replies what it resolves to', async (_, value) => {
    open(() => value);
    await rig.answer({});
    expect(rig.result()).toBe(7);
  });

  test('a thenable that throws fails', async () => {
    open(() => ({
      then: () => {
        throw new Error('secret');
      },
    }));
    await rig.answer({});
    expect(rig.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', ran: true });
  });
});

describe('interceptors', () => {
  test('stand round the handler in the order given, inside the call’s scope', async () => {
    const steps: unknown[] = [];
    open(() => steps.push('handler'), {
      interceptors: [
        async (call, next) => {
          steps.push(['a', call.procedure, currentCall() === call.call]);
          return next(call);
        },
        async (call, next) => [await next({ ...call, input: 'changed' })],
      ],
    });
    await rig.answer({});
    expect(steps).toEqual([['a', 'run', true], 'handler']);
    expect(rig.result()).toEqual([2]);
  });

  test('that answer themselves leave the handler alone, and the caller is told that it ran not', async () => {
    open(() => aborts.push('ran'), {
      interceptors: [
        () => {
          throw new Error('no');
        },
      ],
    });
    await rig.answer({});
    expect(aborts).toEqual([]);
    expect(rig.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', ran: false });
  });
});
