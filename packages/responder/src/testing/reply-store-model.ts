// Any sequence of claims, renewals, records and crashes over a store, against S1, S2 and S3.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { StoredReply, ClaimToken } from '../reply-store.ts';
import { LEASE_MS, RETENTION_MS, claimOf, type StoreUnderTest } from './reply-store-cases.ts';

type Step =
  | { readonly kind: 'claim'; readonly key: string; readonly payload: string }
  /** Of the nth run that was begun. */
  | { readonly kind: 'renew' | 'record' | 'abandon'; readonly run: number }
  | { readonly kind: 'pass'; readonly ms: number };

const RUN = fc.nat({ max: 5 });

export const storeSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('claim' as const),
        key: fc.constantFrom('a', 'b'),
        payload: fc.constantFrom('x', 'x', 'y'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('renew' as const, 'record' as const, 'abandon' as const),
        run: RUN,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('pass' as const),
        ms: fc.constantFrom(1, 4000, LEASE_MS - 1, LEASE_MS, RETENTION_MS - 1, RETENTION_MS),
      }),
    },
  ),
  { maxLength: 30 },
);

interface Run {
  readonly key: string;
  readonly payload: string;
  readonly token: ClaimToken;
}

/** What a store should know of a key, written down in the plainest way. */
interface Known {
  readonly run: Run;
  leaseUntilMs: number;
  keptUntilMs: number;
  reply: StoredReply | undefined;
}

/** Throws where the store and the plain model part. */
export async function followSteps(
  { runtime, store }: StoreUnderTest,
  steps: readonly Step[],
): Promise<void> {
  const known = new Map<string, Known>();
  const runs: Run[] = [];
  for (const [at, step] of steps.entries()) {
    const nowMs = runtime.monotonicMs();
    if (step.kind === 'pass') {
      await runtime.advance(step.ms);
      continue;
    }
    if (step.kind === 'claim') {
      const { key, payload } = step;
      const claim = await store.claim(claimOf(key, { payload }));
      const expected = expectedOf(known.get(key), payload, nowMs);
      expect(claim.kind).toBe(expected.kind);
      if (claim.kind === 'stored') expect(claim.reply).toEqual(expected.reply);
      if (claim.kind !== 'run') continue;
      const run = { key, payload, token: claim.token };
      runs.unshift(run);
      const leaseUntilMs = nowMs + LEASE_MS;
      known.set(key, { run, leaseUntilMs, keptUntilMs: nowMs + RETENTION_MS, reply: undefined });
      continue;
    }
    const run = runs[step.run];
    if (run === undefined) continue;
    const entry = known.get(run.key);
    // S3: only the run that claimed last, and only until it is recorded.
    const current = entry?.run === run && entry.reply === undefined ? entry : undefined;
    if (step.kind === 'abandon') {
      await store.abandon(run.token);
      if (current !== undefined) known.delete(run.key);
    } else if (step.kind === 'renew') {
      expect(await store.renew(run.token, LEASE_MS)).toBe(current !== undefined);
      if (current !== undefined) current.leaseUntilMs = nowMs + LEASE_MS;
    } else {
      const reply: StoredReply = { kind: 'result', content: 'json', body: String(at) };
      expect(await store.record(run.token, reply)).toBe(current !== undefined);
      if (current !== undefined) current.reply = reply;
      if (current !== undefined) current.keptUntilMs = nowMs + RETENTION_MS;
    }
  }
}

function expectedOf(
  entry: Known | undefined,
  payload: string,
  nowMs: number,
): { readonly kind: string; readonly reply?: StoredReply } {
  if (entry === undefined) return { kind: 'run' };
  const { keptUntilMs, leaseUntilMs, reply, run } = entry;
  const held = reply === undefined && leaseUntilMs > nowMs;
  if (!held && keptUntilMs <= nowMs) return { kind: 'run' };
  if (run.payload !== payload) return { kind: 'conflict' };
  if (reply !== undefined) return { kind: 'stored', reply };
  return { kind: held ? 'busy' : 'run' };
}
