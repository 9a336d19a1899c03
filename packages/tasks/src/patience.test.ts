import type { Runtime } from '@replyq/contract/transport';
import { createVirtualRuntime } from '@replyq/testing';
import { expect, it } from 'vitest';
import { neverAborted, patiently } from './patience.ts';

/** Counts the timers that alone would keep the process alive. */
function watchedRuntime(): { readonly runtime: Runtime; readonly alive: () => number } {
  const virtual = createVirtualRuntime();
  let alive = 0;
  const setTimer: Runtime['setTimer'] = (delayMs, fire, options) => {
    const count = options?.keepAlive === true ? 1 : 0;
    const timer = virtual.setTimer(delayMs, fire);
    alive += count;
    return { cancel: () => ((alive -= count), timer.cancel()) };
  };
  return { runtime: { ...virtual, setTimer }, alive: () => alive };
}

it('a request keeps the process alive until it is answered, and no longer', async () => {
  const { alive, runtime } = watchedRuntime();
  const answer = Promise.withResolvers<{ readonly kind: 'ok' }>();
  const asked = patiently(runtime, neverAborted(), () => answer.promise);
  expect(alive()).toBe(1);
  answer.resolve({ kind: 'ok' });
  expect(await asked).toEqual({ kind: 'ok' });
  expect(alive()).toBe(0);
});

it('a request that throws keeps nothing alive', async () => {
  const { alive, runtime } = watchedRuntime();
  const asked = patiently(runtime, neverAborted(), () => Promise.reject(new Error('no')));
  await expect(asked).rejects.toThrow('no');
  expect(alive()).toBe(0);
});
