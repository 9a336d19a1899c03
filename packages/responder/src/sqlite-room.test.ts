// What a file of replies forgets, and when.
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReplyStore, StoredReply } from './reply-store.ts';
import { sqliteReplyStore, type SqliteReplyStore } from './sqlite.ts';
import { claimOf, LEASE_MS, RETENTION_MS, runOf } from './testing/reply-store-cases.ts';

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

function rows(): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare('SELECT count(*) AS n FROM replies').get()?.['n'];
  } finally {
    database.close();
  }
}

describe('expired rows', () => {
  test('go in small steps, with the claims that come', async () => {
    const store = open();
    for (let n = 0; n < 100; n += 1) {
      await store.record(await runOf(store, claimOf(`old ${n}`, { repeatsForMs: 1000 })), REPLY);
    }
    expect(rows()).toBe(100);
    await runtime.advance(LEASE_MS);
    for (let n = 0; n < 16; n += 1) await store.claim(claimOf('new'));
    expect(rows()).toBe(100 + 1 - 32);
    for (let n = 0; n < 48; n += 1) await store.claim(claimOf('new'));
    expect(rows()).toBe(1);
  });

  test('S3: of a run whose lease has run out stay, since it may record as long as nobody has its key', async () => {
    const store = open();
    const token = await runOf(store, claimOf('a', { repeatsForMs: 1000 }));
    await runtime.advance(2 * LEASE_MS);
    for (let n = 0; n < 64; n += 1) await store.claim(claimOf(`b ${n}`));
    expect(await store.renew(token, LEASE_MS)).toBe(true);
    expect(await store.record(token, REPLY)).toBe(true);
  });

  test('of a run that still renews stay', async () => {
    const store = open();
    const token = await runOf(store, claimOf('a', { repeatsForMs: 1000 }));
    await runtime.advance(9000);
    await store.renew(token, LEASE_MS);
    for (let n = 0; n < 32; n += 1) await store.claim(claimOf(`b ${n}`));
    expect(await store.record(token, REPLY)).toBe(true);
  });
});

describe('past maxBytes', () => {
  const MIB = 2 ** 20;
  const put = async (store: ReplyStore, key: string, bytes: number): Promise<void> => {
    const token = await runOf(store, claimOf(key));
    await store.record(token, { ...REPLY, body: 'x'.repeat(bytes) });
  };

  test('the replies that were claimed first go, with a key or without, and no run under way', async () => {
    const store = open({ maxBytes: MIB });
    const running = await runOf(store, claimOf('running', { repeatsForMs: 1000 }));
    const mine = claimOf('mine', { payload: 'x' });
    await store.record(await runOf(store, mine), REPLY);
    for (let n = 0; n < 300; n += 1) await put(store, `call ${n}`, 10_000);
    const late = claimOf('late', { payload: 'x' });
    await store.record(await runOf(store, late), REPLY);
    expect((await store.claim(late)).kind).toBe('stored');
    expect((await store.claim(claimOf('call 299'))).kind).toBe('stored');
    expect((await store.claim(claimOf('call 220'))).kind).toBe('stored');
    expect((await store.claim(claimOf('call 0'))).kind).toBe('run');
    expect((await store.claim(mine)).kind).toBe('run');
    expect(await store.record(running, REPLY)).toBe(true);
  });

  test('a key that is claimed anew counts as young', async () => {
    const store = open({ maxBytes: MIB });
    await store.claim(claimOf('a'));
    await runtime.advance(LEASE_MS);
    for (let n = 0; n < 60; n += 1) await put(store, `call ${n}`, 10_000);
    await put(store, 'a', 11);
    for (let n = 60; n < 130; n += 1) await put(store, `call ${n}`, 10_000);
    expect((await store.claim(claimOf('call 20'))).kind).toBe('run');
    expect(await store.claim(claimOf('a'))).toMatchObject({ reply: { body: 'x'.repeat(11) } });
  });

  test.each([
    ['small, then large', [3000, 100, 120, 200_000]],
    ['small, then as large as can be', [3000, 100, 40, 1_000_000]],
    ['large, then small', [20, 200_000, 3000, 100]],
  ] as const)('the file stays about as large, of replies that are %s', async (_, plan) => {
    const store = open({ maxBytes: MIB });
    const [many, bytes, more, otherBytes] = plan;
    const largest = Math.max(bytes, otherBytes);
    // Many in one turn, as far as they are small.
    const atOnce = Math.ceil(5000 / bytes);
    for (let n = 0; n < many; n += atOnce) {
      const turn = Array.from({ length: atOnce }, (_each, at) => `first ${n + at}`);
      await Promise.all(turn.map((key) => put(store, key, bytes)));
    }
    for (let n = 0; n < more; n += 1) await put(store, `then ${n}`, otherBytes);
    store.close();
    expect(statSync(file).size).toBeLessThan(1.3 * MIB + 2 * largest);
  });

  test('a file that is far too large shrinks to what is allowed in small steps, and is served meanwhile', async () => {
    const large = open();
    for (let n = 0; n < 100; n += 1) await put(large, `call ${n}`, 200_000);
    large.close();
    const store = open({ maxBytes: MIB });
    const left: unknown[] = [];
    for (let n = 0; n < 64; n += 1) {
      await put(store, `new ${n}`, 10);
      if (n % 16 === 0 || n === 63) left.push(rows());
    }
    expect(left[0]).toBe(101);
    expect(left[1]).toBeGreaterThan(17 + 50);
    expect(left.at(-1)).toBeLessThan(64 + 10);
  });
});
