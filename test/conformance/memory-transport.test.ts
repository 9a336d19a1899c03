import {
  missingFeatures,
  openMemoryTransportFixture,
  runCase,
  transportCases,
} from '@replyq/testing';
import { describe, expect, it, test } from 'vitest';

describe('the memory transport', () => {
  test.each(transportCases)('$name', async (finding) => {
    await runCase(finding, openMemoryTransportFixture);
  });

  it('has every feature that a case needs', async () => {
    const fixture = await openMemoryTransportFixture();
    await fixture.close();
    const missing = transportCases.flatMap((finding) => missingFeatures(finding, fixture.features));
    expect(missing).toEqual([]);
  });

  it('is asked at least 100 different questions', () => {
    const names = new Set(transportCases.map(({ name }) => name));
    expect(names.size).toBe(transportCases.length);
    expect(names.size).toBeGreaterThanOrEqual(100);
  });
});
