import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BegunTicks } from './begun-ticks.ts';

/** Ticks are at whole tens. */
const LAST_MS = 400;

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('next' as const), atMs: fc.constant(0) }),
    fc.record({ kind: fc.constant('set' as const), atMs: fc.integer({ min: 0, max: LAST_MS }) }),
    fc.record({ kind: fc.constant('remove' as const), atMs: fc.integer({ min: 0, max: 40 }) }),
  ),
  { maxLength: 80 },
);

test('what was begun and not removed is known, wherever the clock is set meanwhile', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const begun = new BegunTicks();
      const expected = new Set<number>();
      let doneMs = 0;
      for (const { atMs, kind } of given) {
        if (kind === 'set') doneMs = atMs;
        if (kind === 'remove') {
          begun.remove(10 * atMs);
          expected.delete(10 * atMs);
        }
        if (kind !== 'next') continue;
        const nextMs = (Math.floor(doneMs / 10) + 1) * 10;
        const endMs = begun.spanEnd(nextMs);
        if (endMs === undefined) begun.add(nextMs, doneMs);
        expected.add(nextMs);
        doneMs = endMs ?? nextMs;
      }
      for (let atMs = 0; atMs <= 2 * LAST_MS; atMs += 10)
        expect(begun.spanEnd(atMs) !== undefined).toBe(expected.has(atMs));
    }),
    { numRuns: 500 },
  );
});

test('what is too far away to matter is forgotten', () => {
  const begun = new BegunTicks();
  begun.add(10, 5);
  begun.add(100, 95);
  begun.add(200, 195);
  begun.keep(20, 150);
  expect([10, 100, 200].map((atMs) => begun.spanEnd(atMs))).toEqual([undefined, 100, undefined]);
});
