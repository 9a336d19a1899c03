import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { EntryBatcher } from './entry-batcher.ts';

function rig(lingerMs: number) {
  const runtime = createVirtualRuntime();
  const sent: number[][] = [];
  const answers: (() => void)[] = [];
  const forgotten: number[] = [];
  const batcher = new EntryBatcher<number>({
    runtime,
    maxEntries: 10,
    lingerMs,
    forgotten: (entries) => void forgotten.push(...entries),
    send: async (entries) => {
      sent.push([...entries]);
      await new Promise<void>((resolve) => answers.push(resolve));
    },
  });
  return { runtime, sent, forgotten, batcher, answer: () => answers.shift()?.() };
}

test('entries leave together when there are ten', async () => {
  const { batcher, runtime, sent } = rig(250);
  for (let n = 0; n < 25; n += 1) batcher.add(n);
  expect(sent.map(({ length }) => length)).toEqual([10, 10]);
  await runtime.advance(249);
  expect(sent).toHaveLength(2);
  await runtime.advance(1);
  expect(sent[2]).toEqual([20, 21, 22, 23, 24]);
  expect(runtime.timerCount()).toBe(0);
});

test('without a linger they leave when the turn ends', async () => {
  const { batcher, runtime, sent } = rig(0);
  batcher.add(1);
  batcher.add(2);
  expect(sent).toEqual([]);
  await runtime.settle();
  expect(sent).toEqual([[1, 2]]);
});

test('flush waits for what is on its way', async () => {
  const { answer, batcher, runtime, sent } = rig(250);
  batcher.add(1);
  let flushed = false;
  void batcher.flush().then(() => (flushed = true));
  await runtime.settle();
  expect(sent).toEqual([[1]]);
  expect(flushed).toBe(false);
  answer();
  await runtime.settle();
  expect(flushed).toBe(true);
});

test('discard forgets what waits and leaves no timer', async () => {
  const { batcher, runtime, sent } = rig(250);
  batcher.add(1);
  batcher.discard();
  await runtime.advance(1000);
  expect(sent).toEqual([]);
  expect(runtime.timerCount()).toBe(0);
});

test('at most eight batches are on their way, and the rest follows', async () => {
  const { answer, batcher, runtime, sent } = rig(250);
  for (let n = 0; n < 95; n += 1) batcher.add(n);
  let flushed = false;
  void batcher.flush().then(() => (flushed = true));
  expect(sent).toHaveLength(8);
  answer();
  await runtime.settle();
  expect(sent.slice(8)).toEqual([[80, 81, 82, 83, 84, 85, 86, 87, 88, 89]]);
  for (let n = 0; n < 8; n += 1) answer();
  await runtime.settle();
  expect([sent.at(-1), flushed]).toEqual([[90, 91, 92, 93, 94], false]);
  answer();
  await runtime.settle();
  expect(flushed).toBe(true);
});

test('of too many that wait the oldest are forgotten', () => {
  const { batcher, forgotten, sent } = rig(250);
  // Eight batches are on their way and never answered.
  for (let n = 0; n < 80 + 10_000; n += 1) batcher.add(n);
  expect(forgotten).toEqual([]);
  batcher.add(10_080);
  expect(sent).toHaveLength(8);
  expect(forgotten).toEqual(Array.from({ length: 1000 }, (_, n) => 80 + n));
});
