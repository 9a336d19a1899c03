import { RpcError } from '@replyq/contract';
import type { ScheduleStore } from '@replyq/contract/transport';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import fc from 'fast-check';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryScheduleStore } from './memory-schedule-store.ts';
import { sqliteReplyStore, sqliteScheduleStore, type SqliteScheduleStore } from './sqlite.ts';
import {
  followScheduleSteps,
  KEEP_MS,
  scheduleStoreCases,
  scheduleSteps,
} from './testing/schedule-store-cases.ts';

let runtime: VirtualRuntime;
let directory: string;
let file: string;
let stores: SqliteScheduleStore[];

beforeEach(() => {
  runtime = createVirtualRuntime();
  directory = mkdtempSync(join(tmpdir(), 'replyq-'));
  file = join(directory, 'schedules.db');
  stores = [];
});

afterEach(() => {
  for (const store of stores) store.close();
  rmSync(directory, { recursive: true });
});

function open(options: object = {}): SqliteScheduleStore {
  const store = sqliteScheduleStore({ file, runtime, ...options });
  stores.push(store);
  return store;
}

/** Two connections in turn. */
function pair(): ScheduleStore {
  const both = [open(), open()] as const;
  let turn = 0;
  const either = (): ScheduleStore => both[(turn += 1) % 2 === 0 ? 0 : 1];
  return {
    number: (key, keepMs) => either().number(key, keepMs),
    sent: (key, number) => either().sent(key, number),
    cancel: (key) => either().cancel(key),
    begin: (key, number) => either().begin(key, number),
  };
}

describe.each([
  ['in memory', () => memoryScheduleStore({ runtime })],
  ['in a file', () => open()],
  ['in a file, over two connections', pair],
] as const)('a schedule store %s', (_where, make) => {
  test.each(scheduleStoreCases)('$name', ({ run }) => run({ store: make(), runtime }));

  test('N1 to N3 hold for any sequence', async () => {
    await fc.assert(
      fc.asyncProperty(scheduleSteps, async (steps) => {
        const store = make();
        if (stores.length > 0) wipe();
        await followScheduleSteps(store, steps);
        for (const each of stores.splice(0)) each.close();
      }),
      { numRuns: 60 },
    );
  });
});

function wipe(): void {
  const database = new DatabaseSync(file);
  database.exec('DELETE FROM schedules');
  database.close();
}

function rows(): unknown {
  const database = new DatabaseSync(file);
  const found = database.prepare('SELECT count(*) AS n FROM schedules').get();
  database.close();
  return found?.['n'];
}

describe('a file of schedules', () => {
  test('is for its owner alone, and outlives the store', async () => {
    const first = open();
    const number = await first.number('a', KEEP_MS);
    await first.cancel('a');
    first.close();
    first.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await open().begin('a', number)).toBe(false);
    await expect(async () => first.cancel('a')).rejects.toThrow('The schedule store');
  });

  test('forgets what is no longer asked for, a little with each turn', async () => {
    const store = open();
    for (let key = 0; key < 100; key += 1) await store.number(`old ${key}`, KEEP_MS);
    await runtime.advance(KEEP_MS);
    for (let key = 0; key < 64; key += 1) await store.number(`new ${key}`, KEEP_MS);
    expect(rows()).toBe(64);
  });

  test('is not a file of replies, nor the other way round', () => {
    open();
    expect(() => sqliteReplyStore({ file })).toThrow(
      'cannot be the reply store: it is the database of another',
    );
    const replies = join(directory, 'replies.db');
    sqliteReplyStore({ file: replies }).close();
    expect(() => open({ file: replies })).toThrow(
      'cannot be the schedule store: it is the database of another',
    );
  });

  test.each(['', ':memory:', 'file:x.db', 7])('is not named %j', (name) => {
    expect(() => open({ file: name })).toThrow('expected the path of a file');
  });
});

describe('a store in memory', () => {
  test('that is full of keys that may be asked for gives out no numbers', () => {
    const store = memoryScheduleStore({ runtime, maxKeys: 2 });
    void store.number('a', KEEP_MS);
    void store.number('b', KEEP_MS);
    void store.number('b', KEEP_MS);
    let error: unknown;
    try {
      void store.number('c', KEEP_MS);
    } catch (cause) {
      error = cause;
    }
    expect(RpcError.is(error) && error.code).toBe('OVERLOADED');
  });

  test('that is full of keys that nobody asks for any more makes room', async () => {
    const store = memoryScheduleStore({ runtime, maxKeys: 2 });
    void store.number('a', KEEP_MS);
    void store.number('b', KEEP_MS);
    await runtime.advance(KEEP_MS);
    expect(() => store.number('c', KEEP_MS)).not.toThrow();
  });

  test.each([0, 1.5, NaN, 10_000_001])('refuses %j keys', (maxKeys) => {
    expect(() => memoryScheduleStore({ maxKeys })).toThrow(`maxKeys is ${maxKeys}: expected`);
  });
});
