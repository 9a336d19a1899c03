// What every store that remembers promises, as a list of cases to run over each of them.
import type { VirtualRuntime } from '@replyq/testing';
import { expect } from 'vitest';
import type { Claim, ClaimRequest, ReplyStore, StoredReply, ClaimToken } from '../reply-store.ts';

/** Of the stores under test. */
export const RETENTION_MS = 60_000;
export const LEASE_MS = 10_000;

export interface StoreUnderTest {
  /** Remembers for {@link RETENTION_MS}. */
  readonly store: ReplyStore;
  readonly runtime: VirtualRuntime;
}

export interface ReplyStoreCase {
  readonly name: string;
  run(under: StoreUnderTest): Promise<void>;
}

const REPLY: StoredReply = { kind: 'result', content: 'json', body: '1' };
const OTHER: StoredReply = { kind: 'error', content: 'superjson', body: '{}' };
const STORED: Claim = { kind: 'stored', reply: REPLY };

/** Of a call without an idempotency key, unless `payload` is given. */
export function claimOf(
  key: string,
  { payload, ...more }: Partial<ClaimRequest> & { readonly payload?: string } = {},
): ClaimRequest {
  return {
    key,
    payloadHash: payload === undefined ? undefined : () => payload,
    leaseMs: LEASE_MS,
    repeatsForMs: payload === undefined ? 30_000 : Infinity,
    idempotent: false,
    ...more,
  };
}

export async function runOf(store: ReplyStore, request: ClaimRequest): Promise<ClaimToken> {
  const claim = await store.claim(request);
  if (claim.kind !== 'run') throw new Error(`${claim.kind}, not run`);
  return claim.token;
}

export const replyStoreCases: readonly ReplyStoreCase[] = [
  {
    name: 'S1: a key runs once, and is answered from then on',
    async run({ store }) {
      const token = await runOf(store, claimOf('a'));
      expect(await store.record(token, REPLY)).toBe(true);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
      expect(await store.record(token, OTHER)).toBe(false);
      expect(await store.renew(token, LEASE_MS)).toBe(false);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
    },
  },
  {
    name: 'keys do not touch each other',
    async run({ store }) {
      const a = await runOf(store, claimOf('a'));
      const b = await runOf(store, claimOf('b'));
      await store.record(a, REPLY);
      await store.abandon(b);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
      expect((await store.claim(claimOf('b'))).kind).toBe('run');
    },
  },
  {
    name: 'a key that is running is busy: for a second, or for what is left of the lease',
    async run({ runtime, store }) {
      await store.claim(claimOf('a'));
      expect(await store.claim(claimOf('a'))).toEqual({ kind: 'busy', retryInMs: 1000 });
      await runtime.advance(9400);
      expect(await store.claim(claimOf('a'))).toEqual({ kind: 'busy', retryInMs: 600 });
      await runtime.advance(599);
      expect(await store.claim(claimOf('a'))).toEqual({ kind: 'busy', retryInMs: 1 });
    },
  },
  {
    name: 'S1: of many claims in one turn one runs',
    async run({ store }) {
      const claims = await Promise.all(
        Array.from({ length: 20 }, async () => store.claim(claimOf('a'))),
      );
      expect(claims.filter(({ kind }) => kind === 'run')).toHaveLength(1);
      expect(claims.filter(({ kind }) => kind === 'busy')).toHaveLength(19);
    },
  },
  {
    name: 'S2, S3: a lease that has run out is the next one’s, and the older run can do nothing any more',
    async run({ runtime, store }) {
      const older = await runOf(store, claimOf('a'));
      await runtime.advance(LEASE_MS);
      const newer = await runOf(store, claimOf('a'));
      expect(await store.renew(older, LEASE_MS)).toBe(false);
      expect(await store.record(older, OTHER)).toBe(false);
      await store.abandon(older);
      expect(await store.claim(claimOf('a'))).toMatchObject({ kind: 'busy' });
      expect(await store.record(newer, REPLY)).toBe(true);
      expect(await store.record(older, OTHER)).toBe(false);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
    },
  },
  {
    name: 'S3: a run whose lease has run out can renew and record as long as nobody else has claimed',
    async run({ runtime, store }) {
      const token = await runOf(store, claimOf('a'));
      await runtime.advance(LEASE_MS + 1);
      expect(await store.renew(token, LEASE_MS)).toBe(true);
      expect(await store.claim(claimOf('a'))).toMatchObject({ kind: 'busy' });
      await runtime.advance(LEASE_MS + 1);
      expect(await store.record(token, REPLY)).toBe(true);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
    },
  },
  {
    name: 'a renewed lease counts from its renewal',
    async run({ runtime, store }) {
      const token = await runOf(store, claimOf('a'));
      await runtime.advance(9000);
      expect(await store.renew(token, LEASE_MS)).toBe(true);
      await runtime.advance(9999);
      expect(await store.claim(claimOf('a'))).toEqual({ kind: 'busy', retryInMs: 1 });
      await runtime.advance(1);
      expect((await store.claim(claimOf('a'))).kind).toBe('run');
    },
  },
  {
    name: 'a run that is abandoned leaves the key free, also for another payload',
    async run({ store }) {
      await store.abandon(await runOf(store, claimOf('a', { payload: 'x' })));
      expect((await store.claim(claimOf('a', { payload: 'y' }))).kind).toBe('run');
    },
  },
  {
    name: 'a reply that is recorded cannot be abandoned',
    async run({ store }) {
      const token = await runOf(store, claimOf('a'));
      await store.record(token, REPLY);
      await store.abandon(token);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
    },
  },
  {
    name: 'the same key with another payload is a conflict: while it runs, after a crash, and when it has run',
    async run({ runtime, store }) {
      const other = claimOf('a', { payload: 'y' });
      const token = await runOf(store, claimOf('a', { payload: 'x' }));
      expect(await store.claim(other)).toEqual({ kind: 'conflict' });
      await runtime.advance(LEASE_MS + 1);
      expect(await store.claim(other)).toEqual({ kind: 'conflict' });
      await store.record(token, REPLY);
      expect(await store.claim(other)).toEqual({ kind: 'conflict' });
      expect(await store.claim(claimOf('a', { payload: 'x' }))).toEqual(STORED);
    },
  },
  {
    name: 'a key of the caller’s is kept for the retention, then runs again with whatever payload',
    async run({ runtime, store }) {
      const mine = claimOf('a', { payload: 'x' });
      const token = await runOf(store, mine);
      await runtime.advance(5000);
      await store.record(token, REPLY);
      await runtime.advance(RETENTION_MS - 1);
      expect(await store.claim(mine)).toEqual(STORED);
      await runtime.advance(1);
      expect((await store.claim(claimOf('a', { payload: 'y' }))).kind).toBe('run');
    },
  },
  {
    name: 'another key is kept for as long as its request may come again, at most for the retention',
    async run({ runtime, store }) {
      await store.record(await runOf(store, claimOf('a', { repeatsForMs: 2500.5 })), REPLY);
      const long = claimOf('b', { repeatsForMs: 2 * RETENTION_MS });
      await store.record(await runOf(store, long), REPLY);
      await runtime.advance(2500);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
      await runtime.advance(1);
      expect((await store.claim(claimOf('a'))).kind).toBe('run');
      expect(await store.claim(long)).toEqual(STORED);
      await runtime.advance(RETENTION_MS - 2501);
      expect((await store.claim(long)).kind).toBe('run');
    },
  },
  {
    name: 'a run that takes longer than its key is kept for is busy as long as it renews',
    async run({ runtime, store }) {
      const token = await runOf(store, claimOf('a', { repeatsForMs: 1000 }));
      await runtime.advance(9000);
      await store.renew(token, LEASE_MS);
      await runtime.advance(9000);
      expect(await store.claim(claimOf('a'))).toMatchObject({ kind: 'busy' });
      expect(await store.record(token, REPLY)).toBe(true);
      expect(await store.claim(claimOf('a'))).toEqual(STORED);
    },
  },
  {
    name: 'what may run twice without harm is remembered only where the caller gave a key',
    async run({ store }) {
      const query = claimOf('a', { idempotent: true });
      expect(await store.claim(query)).toEqual({ kind: 'run', token: '' });
      expect(await store.claim(query)).toEqual({ kind: 'run', token: '' });
      const keyed = claimOf('b', { idempotent: true, payload: 'x' });
      await store.record(await runOf(store, keyed), REPLY);
      expect(await store.claim(keyed)).toEqual(STORED);
    },
  },
  {
    name: 'replies come back as they were, whatever their text and up to a megabyte',
    async run({ store }) {
      const bodies = ['', '"\\u0000 \n\r\t"', '"é € 𝄞 ‏"', `"${'x'.repeat(1_000_000)}"`, `'; DROP`];
      for (const [at, body] of bodies.entries()) {
        const reply: StoredReply = { kind: 'result', content: 'text', body };
        const key = `${at} ' " 𝄞`;
        await store.record(await runOf(store, claimOf(key)), reply);
        expect(await store.claim(claimOf(key))).toEqual({ kind: 'stored', reply });
      }
    },
  },
  {
    name: 'a token that nobody was given opens nothing',
    async run({ store }) {
      await store.claim(claimOf('a'));
      for (const token of ['x', 'a', `${'A'.repeat(22)}a`]) {
        expect(await store.renew(token, LEASE_MS)).toBe(false);
        expect(await store.record(token, REPLY)).toBe(false);
        await store.abandon(token);
      }
      expect(await store.claim(claimOf('a'))).toMatchObject({ kind: 'busy' });
    },
  },
];
