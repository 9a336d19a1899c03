import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReplyStore, StoredReply } from './reply-store.ts';
import { sqliteReplyStore, type SqliteReplyStore } from './sqlite.ts';
import {
  claimOf,
  LEASE_MS,
  replyStoreCases,
  RETENTION_MS,
  runOf,
} from './testing/reply-store-cases.ts';
import { followSteps, storeSteps } from './testing/reply-store-model.ts';

const REPLY: StoredReply = { kind: 'result', content: 'json', body: '1' };

let directory: string;
let file: string;
let runtime: VirtualRuntime;
let stores: SqliteReplyStore[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'replyq-'));
  file = join(directory, 'replies.db');
  runtime = createVirtualRuntime();
  stores = [];
});

afterEach(() => {
  for (const store of stores) store.close();
  rmSync(directory, { recursive: true });
});

function open(options: object = {}): SqliteReplyStore {
  const store = sqliteReplyStore({ file, runtime, retentionMs: RETENTION_MS, ...options });
  stores.push(store);
  return store;
}

/** Of the file, past the store. */
function ask(sql: string): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare(sql).get();
  } finally {
    database.close();
  }
}

describe('as a store that remembers', () => {
  test.each(replyStoreCases)('$name', ({ run }) => run({ store: open(), runtime }));

  test('S1, S2, S3 hold for any sequence, over two connections in turn', async () => {
    await fc.assert(
      fc.asyncProperty(storeSteps, async (steps) => {
        ask('DELETE FROM replies');
        runtime = createVirtualRuntime();
        const pair = [open(), open()] as const;
        let turn = 0;
        const either = (): ReplyStore => pair[(turn += 1) % 2 === 0 ? 0 : 1];
        const store: ReplyStore = {
          claim: (request) => either().claim(request),
          renew: (token, leaseMs) => either().renew(token, leaseMs),
          record: (token, reply) => either().record(token, reply),
          abandon: (token) => either().abandon(token),
        };
        await followSteps({ store, runtime }, steps);
        for (const each of pair) each.close();
      }),
      { numRuns: 60 },
    );
  });

  beforeEach(() => open().close());
});

test('what one store recorded, another one knows, also after both were closed', async () => {
  const first = open();
  await first.record(await runOf(first, claimOf('a')), REPLY);
  expect(await open().claim(claimOf('a'))).toEqual({ kind: 'stored', reply: REPLY });
  for (const store of stores) store.close();
  expect(await open().claim(claimOf('a'))).toEqual({ kind: 'stored', reply: REPLY });
});

test('no reply address and no payload is in the file', async () => {
  const store = open();
  await store.record(await runOf(store, claimOf('a', { payload: 'hash' })), REPLY);
  expect(ask('SELECT * FROM replies')).toEqual({
    id: 1,
    key: 'a',
    payload_hash: 'hash',
    token: null,
    lease_ms: LEASE_MS,
    lease_until: runtime.nowMs() + LEASE_MS,
    keep_ms: RETENTION_MS,
    expires_at: runtime.nowMs() + RETENTION_MS,
    kind: 'result',
    content: 'json',
    body: '1',
  });
});

describe('the wall clock', () => {
  test('that is set back by an hour does not keep a dead run’s key for an hour', async () => {
    const store = open();
    await store.claim(claimOf('a'));
    runtime.stepWallClock(-3_600_000);
    expect((await store.claim(claimOf('a'))).kind).toBe('run');
  });

  test('that is set back a little does not end a living run’s lease', async () => {
    const store = open();
    await store.claim(claimOf('a'));
    runtime.stepWallClock(-5);
    expect(await store.claim(claimOf('a'))).toEqual({ kind: 'busy', retryInMs: 1000 });
    runtime.stepWallClock(-59_996);
    expect((await store.claim(claimOf('a'))).kind).toBe('run');
  });
});

test('a wall clock with fractions of a millisecond serves as well', async () => {
  const store = open({ runtime: { ...runtime, nowMs: () => runtime.nowMs() + 0.25 } });
  const token = await runOf(store, claimOf('a'));
  expect(await store.renew(token, LEASE_MS)).toBe(true);
  expect(await store.record(token, REPLY)).toBe(true);
  expect((await store.claim(claimOf('a'))).kind).toBe('stored');
});

describe('a file that another process has locked', () => {
  const lock = (): DatabaseSync => {
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    return other;
  };

  test('is waited for without blocking this process', async () => {
    const store = open();
    const other = lock();
    const claims = ['a', 'b'].map(async (key) => store.claim(claimOf(key)));
    await runtime.advance(1900);
    other.close();
    expect(await runtime.run(Promise.all(claims))).toMatchObject([
      { kind: 'run' },
      { kind: 'run' },
    ]);
  });

  test('for two seconds fails what waits, and nothing more', async () => {
    const store = open();
    const token = await runOf(store, claimOf('a'));
    const other = lock();
    const both = [
      Promise.resolve(store.claim(claimOf('b'))),
      Promise.resolve(store.record(token, REPLY)),
    ];
    const outcomes = await runtime.run(Promise.allSettled(both));
    const reason = { code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('lock') };
    expect(outcomes).toMatchObject([{ reason }, { reason }]);
    expect(runtime.monotonicMs()).toBeGreaterThanOrEqual(2000);
    expect(runtime.monotonicMs()).toBeLessThan(2050);
    other.close();
    expect(await store.record(token, REPLY)).toBe(true);
    expect((await store.claim(claimOf('b'))).kind).toBe('run');
  });
});

test('a file that is damaged while it is open fails the claim, says so, and serves again once it is whole', async () => {
  const store = open();
  const other = new DatabaseSync(file);
  other.exec('ALTER TABLE replies RENAME TO gone');
  await expect(store.claim(claimOf('a'))).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('replies.db" does not work'),
  });
  other.exec('ALTER TABLE gone RENAME TO replies');
  other.close();
  expect((await store.claim(claimOf('a'))).kind).toBe('run');
});

test('a store that was closed refuses, also what waits for a lock, and can be closed again', async () => {
  const store = open();
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const waiting = Promise.resolve(store.claim(claimOf('a')));
  await runtime.settle();
  store.close();
  store.close();
  await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(store.claim(claimOf('a'))).rejects.toMatchObject({ code: 'CLOSED' });
  other.close();
  await runtime.advance(1000);
  expect(runtime.timerCount()).toBe(0);
});
