import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { fixedPacking, NegotiatedPacking } from './packing.ts';

test('each number is forgotten five minutes after it was last heard, the others stay', async () => {
  const runtime = createVirtualRuntime();
  const packing = new NegotiatedPacking(runtime, undefined);
  packing.heard(2);
  await runtime.advance(200_000);
  packing.heard(8);
  await runtime.advance(100_000);
  expect(packing.framesPerMessage()).toBe(2);
  await runtime.advance(1);
  expect(packing.framesPerMessage()).toBe(8);
  await runtime.advance(200_000);
  expect(packing.framesPerMessage()).toBe(1);
});

test('a number that is heard again holds from then on', async () => {
  const runtime = createVirtualRuntime();
  const packing = new NegotiatedPacking(runtime, undefined);
  for (let minute = 0; minute < 20; minute += 1) {
    packing.heard(4);
    await runtime.advance(60_000);
  }
  expect(packing.framesPerMessage()).toBe(4);
});

test('one responder that takes none keeps all others from it for five minutes', async () => {
  const runtime = createVirtualRuntime();
  const packing = new NegotiatedPacking(runtime, undefined);
  packing.heard(0);
  for (let minute = 0; minute < 5; minute += 1) {
    packing.heard(32);
    expect(packing.framesPerMessage()).toBe(1);
    await runtime.advance(60_000);
  }
  packing.heard(32);
  await runtime.advance(1);
  expect(packing.framesPerMessage()).toBe(32);
});

test('what the user knows stands in for silence, and what is heard can only lower it', () => {
  const packing = new NegotiatedPacking(createVirtualRuntime(), 16);
  expect(packing.framesPerMessage()).toBe(16);
  packing.heard(256);
  expect(packing.framesPerMessage()).toBe(16);
  packing.heard(4);
  expect(packing.framesPerMessage()).toBe(4);
  packing.heard(undefined);
  expect(packing.framesPerMessage()).toBe(1);
});

test('frames without reply are packed only where the user knows who reads them', () => {
  const runtime = createVirtualRuntime();
  expect(new NegotiatedPacking(runtime, undefined).withoutReply).toBe(false);
  expect(new NegotiatedPacking(runtime, 16).withoutReply).toBe(true);
});

test('a fixed number is not changed by what is heard', () => {
  const packing = fixedPacking(64);
  packing.heard(2);
  packing.heard(undefined);
  expect([packing.framesPerMessage(), packing.withoutReply]).toEqual([64, false]);
});
