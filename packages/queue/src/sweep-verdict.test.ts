import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOST_QUEUE_TAGS } from './host-queue-tags.ts';
import { sameUse, sweepVerdict, type Tags } from './sweep-verdict.ts';

const NOW_MS = 1_795_288_080_167;

function tags(retention: string, heartbeat?: string): Tags {
  const beat = heartbeat === undefined ? {} : { [HOST_QUEUE_TAGS.heartbeat]: heartbeat };
  return { [HOST_QUEUE_TAGS.retention]: retention, ...beat };
}

describe('I18: what the tags of a queue say', () => {
  it('is fresh up to the retention, and idle a millisecond later', () => {
    const at = (agoMs: number) => sweepVerdict(tags('300', String(NOW_MS - agoMs)), NOW_MS);
    expect(at(300_000)).toEqual({ kind: 'fresh', retentionMs: 300_000 });
    expect(at(300_001)).toEqual({ kind: 'idle', retentionMs: 300_000 });
    expect(at(-86_400_000).kind).toBe('fresh');
  });

  it.each(['', '0', '-10', '1e3', '1.5', ' 300', '300s', '0x10', '9'.repeat(11)])(
    'is nothing that can be read with a retention of %j',
    (retention) => {
      expect(sweepVerdict(tags(retention, '1'), NOW_MS)).toEqual({ kind: 'malformed' });
    },
  );

  it.each(['', '0', '-1', '1.5', 'yesterday', '9'.repeat(16)])(
    'is nothing that can be read with a heartbeat at %j',
    (heartbeat) => {
      expect(sweepVerdict(tags('300', heartbeat), NOW_MS)).toEqual({ kind: 'malformed' });
    },
  );

  it('waits for the age of the queue where no heartbeat was written', () => {
    const verdict = sweepVerdict(tags('1'), NOW_MS);
    expect(verdict).toEqual({ kind: 'neverBeaten', retentionMs: 1000 });
  });

  it('is idle for no tags but a readable retention and an older heartbeat', () => {
    const text = fc.oneof(
      fc.integer({ min: -10, max: 2_000_000_000 }).map(String),
      fc.integer({ min: NOW_MS - 10_000_000, max: NOW_MS + 10_000_000 }).map(String),
      fc.string({ maxLength: 8 }),
    );
    const key = fc.constantFrom(...Object.values(HOST_QUEUE_TAGS), 'other', '__proto__');
    const property = fc.property(fc.dictionary(key, text), (given) => {
      const { kind } = sweepVerdict(given, NOW_MS);
      const own = (name: string) => (Object.hasOwn(given, name) ? given[name] : undefined);
      const retention = own(HOST_QUEUE_TAGS.retention);
      const heartbeat = own(HOST_QUEUE_TAGS.heartbeat);
      expect(kind === 'untagged').toBe(retention === undefined);
      if (kind !== 'idle') return;
      expect(NOW_MS - Number(heartbeat)).toBeGreaterThan(Number(retention) * 1000);
      expect(Number(retention)).toBeGreaterThan(0);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

describe('two looks at a queue', () => {
  it('tell the same use whatever other tags come and go', () => {
    const before = tags('300', '1');
    expect(sameUse(before, { ...before, 'replyq.sweep': 'c.1', team: 'a' })).toBe(true);
    expect(sameUse(before, tags('300', '2'))).toBe(false);
    expect(sameUse(before, tags('301', '1'))).toBe(false);
    expect(sameUse(before, tags('300'))).toBe(false);
  });
});
