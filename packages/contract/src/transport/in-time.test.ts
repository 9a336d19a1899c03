import { getEventListeners } from 'node:events';
import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { inTime, type TimeLimit } from './in-time.ts';

function rig() {
  const runtime = createVirtualRuntime();
  const { signal, abort } = abortable();
  const limit: TimeLimit = { runtime, limitMs: 100, late: 'too late', signal };
  const left = (): number => runtime.timerCount() + getEventListeners(signal, 'abort').length;
  return { runtime, limit, abort, left };
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

const NEVER = new Promise(() => {});

test('settles as the answer does', async () => {
  const { left, limit } = rig();
  await expect(inTime(7, limit)).resolves.toBe(7);
  await expect(inTime(Promise.reject(new Error('down')), limit)).rejects.toThrow('down');
  expect(left()).toBe(0);
});

test('is rejected when the answer takes too long', async () => {
  const { left, limit, runtime } = rig();
  const waiting = inTime(NEVER, limit).catch(String);
  await runtime.advance(99);
  expect(left()).toBe(2);
  await runtime.advance(1);
  expect([await waiting, left()]).toEqual(['Error: too late', 0]);
});

test('is rejected at once when its signal aborts, and leaves no timer', async () => {
  const { abort, left, limit } = rig();
  const waiting = inTime(NEVER, limit).catch(String);
  abort();
  expect([left(), await waiting]).toEqual([0, 'Error: too late']);
});

test('is rejected at once where its signal has aborted, whatever the answer is', async () => {
  const { abort, left, limit } = rig();
  abort();
  await expect(inTime(Promise.reject(new Error('down')), limit)).rejects.toThrow('too late');
  expect(left()).toBe(0);
});
