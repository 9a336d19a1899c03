import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateWindow } from './rate-window.ts';
import { createQuickRuntime } from './testing/quick-runtime.ts';

test('lets no more begin in any stretch of time, and as many as it may as soon as it may', async () => {
  const steps = fc.array(fc.record({ ms: fc.nat(40), take: fc.nat(5), undo: fc.nat(2) }));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), steps, async (limit, all) => {
      const runtime = createQuickRuntime();
      const window = new RateWindow({ limit, perMs: 100 }, runtime);
      let began: number[] = [];
      for (const { ms, take, undo } of all) {
        await runtime.advance(ms);
        const nowMs = runtime.monotonicMs();
        const recent = (): number[] => began.filter((atMs) => nowMs - atMs < 100);
        for (let taken = 0; taken < take; taken += 1) {
          expect(window.free).toBe(limit - recent().length);
          if (window.free === 0) break;
          window.take(nowMs);
          began.push(nowMs);
        }
        if (window.free === 0) expect(window.waitMs).toBe(100 - (nowMs - Math.min(...recent())));
        else expect(window.waitMs).toBe(0);
        // Any of them may turn out not to have begun.
        const undone = began.length - 1 - undo;
        const undoneMs = began[undone];
        if (undo > 0 && undoneMs !== undefined) {
          window.undo(undoneMs);
          began = began.filter((_, index) => index !== undone);
        }
      }
    }),
  );
});
