import {
  createVirtualRuntime,
  missingFeatures,
  openMemoryFixture,
  queueServiceCases,
  runCase,
} from '@replyq/testing';
import { describe, expect, it, test } from 'vitest';

describe('the memory queue service', () => {
  test.each(queueServiceCases)('$name', async (finding) => {
    const runtime = createVirtualRuntime();
    await runCase(finding, () => openMemoryFixture({ runtime }));
    expect(runtime.timerCount()).toBe(0);
  });

  test.each(queueServiceCases)('$name, out of order and a few at a time', async (finding) => {
    const runtime = createVirtualRuntime();
    const receiveFewer = (available: number): number => Math.ceil(runtime.random() * available);
    await runCase(finding, () => openMemoryFixture({ runtime, receiveFewer, disorder: 20 }));
    expect(runtime.timerCount()).toBe(0);
  });

  it('has every feature that a case needs', async () => {
    const fixture = await openMemoryFixture();
    await fixture.close();
    const missing = queueServiceCases.flatMap((finding) =>
      missingFeatures(finding, fixture.features),
    );
    expect(missing).toEqual([]);
  });

  it('is asked at least 35 different questions', () => {
    const names = new Set(queueServiceCases.map(({ name }) => name));
    expect(names.size).toBe(queueServiceCases.length);
    expect(names.size).toBeGreaterThanOrEqual(35);
  });
});
