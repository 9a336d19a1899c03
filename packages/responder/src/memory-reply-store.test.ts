import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryReplyStore } from './memory-reply-store.ts';
import type { ClaimToken, ReplyStore, StoredReply } from './reply-store.ts';
import {
  claimOf,
  LEASE_MS,
  replyStoreCases,
  RETENTION_MS,
  runOf,
} from './testing/reply-store-cases.ts';
import { followSteps, storeSteps } from './testing/reply-store-model.ts';

let runtime: VirtualRuntime;

beforeEach(() => {
  runtime = createVirtualRuntime();
});

const open = (options: object = {}): ReplyStore =>
  memoryReplyStore({ runtime, retentionMs: RETENTION_MS, ...options });

describe('as a store that remembers', () => {
  test.each(replyStoreCases)('$name', ({ run }) => run({ store: open(), runtime }));

  test('S1, S2, S3 hold for any sequence of claims, renewals, records and pauses', async () => {
    await fc.assert(
      fc.asyncProperty(storeSteps, async (steps) => {
        runtime = createVirtualRuntime();
        await followSteps({ store: open(), runtime }, steps);
      }),
      { numRuns: 500 },
    );
  });
});

test('everything is answered at once, without a promise and without a timer', () => {
  const store = open();
  const claim = store.claim(claimOf('a'));
  expect(claim).toMatchObject({ kind: 'run' });
  const { token } = claim as { token: ClaimToken };
  expect(store.renew(token, LEASE_MS)).toBe(true);
  expect(store.record(token, replyOf(1))).toBe(true);
  expect(store.abandon(token)).toBe(undefined);
  expect(runtime.timerCount()).toBe(0);
});

test('the payload is not hashed where nobody chose the key', async () => {
  let hashed = 0;
  const payloadHash = (): string => ((hashed += 1), 'x');
  const store = open();
  await store.claim(claimOf('a', { idempotent: true }));
  await store.claim(claimOf('a'));
  expect(hashed).toBe(0);
  await store.claim({ ...claimOf('b', { payload: 'x' }), payloadHash });
  expect(hashed).toBe(1);
});

describe('past maxBytes', () => {
  /** Room for two replies of 1000 bytes, with what an entry takes beside. */
  const ROOM = 2 * (1000 + 1 + 300);

  const record = async (store: ReplyStore, key: string, repeatsForMs = 30_000): Promise<void> => {
    const token = await runOf(store, claimOf(key, { repeatsForMs }));
    expect(await store.record(token, replyOf(1000))).toBe(true);
  };
  const kinds = async (store: ReplyStore, ...keys: string[]): Promise<unknown[]> =>
    Promise.all(keys.map(async (key) => (await store.claim(claimOf(key))).kind));

  test('the oldest reply is forgotten, and not before', async () => {
    const store = open({ maxBytes: ROOM });
    await record(store, 'a');
    await record(store, 'b');
    expect(await kinds(store, 'a', 'b')).toEqual(['stored', 'stored']);
    await record(store, 'c');
    expect(await kinds(store, 'b', 'c', 'a')).toEqual(['stored', 'stored', 'run']);
  });

  test('by one byte, a reply is forgotten', async () => {
    const store = open({ maxBytes: ROOM - 1 });
    await record(store, 'a');
    await record(store, 'b');
    expect(await kinds(store, 'b', 'a')).toEqual(['stored', 'run']);
  });

  test('calls without a key do not push out keys, nor keys them: each has a half for sure', async () => {
    const store = open({ maxBytes: 2 * ROOM });
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
    await record(store, '1', Infinity);
    await record(store, '2', Infinity);
    for (const name of names) await record(store, name);
    const left = await kinds(store, '1', '2', 'f', 'g', 'e');
    expect(left).toEqual(['stored', 'stored', 'stored', 'stored', 'run']);
    for (const name of names) await record(store, name.toUpperCase(), Infinity);
    expect(await kinds(store, 'f', 'g', 'F', 'G', 'E')).toEqual(left);
  });

  test('what one kind leaves free, the other one uses', async () => {
    const store = open({ maxBytes: ROOM });
    await record(store, 'a');
    await record(store, 'b', Infinity);
    await record(store, 'c');
    expect(await kinds(store, 'b', 'c', 'a')).toEqual(['stored', 'stored', 'run']);
  });

  test('a character beyond ASCII makes all of them count as two bytes, as they do in memory', async () => {
    const wide = `€${'x'.repeat(499)}`;
    const put = async (store: ReplyStore, key: string): Promise<unknown> =>
      store.record(await runOf(store, claimOf(key)), { ...replyOf(0), body: wide });
    for (const [maxBytes, first] of [
      [ROOM, 'stored'],
      [ROOM - 1, 'run'],
    ] as const) {
      const store = open({ maxBytes });
      await put(store, 'a');
      await put(store, 'b');
      expect(await kinds(store, 'b', 'a')).toEqual(['stored', first]);
    }
  });

  test('a claim under way is never forgotten', async () => {
    const store = open({ maxBytes: 0 });
    const token = await runOf(store, claimOf('a'));
    await record(store, 'b');
    expect(await kinds(store, 'b', 'a')).toEqual(['run', 'busy']);
    expect(await store.record(token, replyOf(1))).toBe(true);
  });

  test('what has expired makes room first', async () => {
    const store = open({ maxBytes: ROOM });
    await record(store, 'a', Infinity);
    await runtime.advance(1000);
    await record(store, 'b', 1000);
    await runtime.advance(1000);
    await record(store, 'c', Infinity);
    expect(await kinds(store, 'a', 'c', 'b')).toEqual(['stored', 'stored', 'run']);
  });
});

describe('past maxClaims', () => {
  test('a claim is refused until one has ended', async () => {
    const store = open({ maxClaims: 2 });
    const token = await runOf(store, claimOf('a'));
    await runOf(store, claimOf('b'));
    expect(() => store.claim(claimOf('c'))).toThrow('2 runs under way');
    expect(await store.claim(claimOf('a'))).toMatchObject({ kind: 'busy' });
    await store.record(token, replyOf(1));
    expect(await store.claim(claimOf('c'))).toMatchObject({ kind: 'run' });
  });

  test('claims whose holders are gone make room', async () => {
    const store = open({ maxClaims: 2 });
    const gone = await runOf(store, claimOf('a'));
    const alive = await runOf(store, claimOf('b'));
    await runtime.advance(LEASE_MS);
    await store.renew(alive, LEASE_MS);
    expect(await store.claim(claimOf('c'))).toMatchObject({ kind: 'run' });
    expect(await store.record(gone, replyOf(1))).toBe(false);
    expect(await store.record(alive, replyOf(1))).toBe(true);
  });
});

test.each([
  [{ maxBytes: -1 }, 'maxBytes is -1'],
  [{ maxClaims: 0 }, 'maxClaims is 0'],
  [{ maxClaims: 1.5 }, 'maxClaims is 1.5'],
  [{ retentionMs: 0 }, 'retentionMs is 0'],
])('%o is refused with its bounds', (options, message) => {
  expect(() => memoryReplyStore(options)).toThrow(message);
});

function replyOf(bytes: number): StoredReply {
  return { kind: 'result', content: 'json', body: 'x'.repeat(bytes) };
}
