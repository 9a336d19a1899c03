import { describe, expect, it } from 'vitest';
import { missingFeatures, runCase } from './conformance-case.ts';
import { expectFailure, expectOk, expectRefusal } from './expect.ts';
import { openMemoryFixture } from './memory-fixture.ts';
import { queueServiceCase } from './queue-service-case.ts';

describe('conformance case', () => {
  it('names itself when it fails, and keeps the cause', async () => {
    const cause = new Error('it is 3');
    const finding = { name: 'one is two', needs: [], run: () => Promise.reject(cause) };
    await expect(runCase(finding, () => Promise.resolve())).rejects.toMatchObject({
      message: 'It is not true that one is two: it is 3',
      cause,
    });
  });

  it('closes its fixture also when it fails', async () => {
    const fixture = await openMemoryFixture();
    const finding = queueServiceCase('x', () => Promise.reject(new Error('no')));
    await expect(finding.run(() => Promise.resolve(fixture))).rejects.toThrow('no');
    const result = await fixture.service.listQueues({ prefix: '' });
    expect(result.kind).toBe('unreachable');
  });

  it('misses the features that are absent', () => {
    const features = { fifo: true, virtualTime: false };
    const needs = ['fifo', 'virtualTime'] as const;
    expect(missingFeatures({ needs }, features)).toEqual(['virtualTime']);
  });

  it('takes a refusal of the call or of each entry, and nothing else', () => {
    const invalid = { kind: 'invalid', error: 'e' } as const;
    const ok = { kind: 'ok' } as const;
    expectRefusal(invalid, 'invalid', 'x');
    expectRefusal({ ...ok, entries: [invalid] }, 'invalid', 'x');
    expect(() => expectRefusal({ ...ok, entries: [ok] }, 'invalid', 'x')).toThrow('x: "ok"');
    expect(() => expectFailure(invalid, 'gone', 'x')).toThrow('instead of "gone"');
    expect(() => expectOk(invalid, 'x')).toThrow('x failed: invalid, e');
  });
});
