import { systemRuntime, type Runtime, type ScheduleStore } from '@replyq/contract/transport';
import type { DatabaseSync } from 'node:sqlite';
import { begins, cancels, nextNumber, type ScheduleNumbers } from './schedule-numbers.ts';
import { assertFileName, openSqliteFile, type SqliteFormat } from './sqlite-file.ts';
import { SqliteTurns } from './sqlite-turns.ts';

export interface SqliteScheduleStoreOptions {
  /** As that of `sqliteReplyStore`, and another file. */
  readonly file: string;
  /** Its wall clock is the one that the processes share. Default: the platform's. */
  readonly runtime?: Runtime;
}

export interface SqliteScheduleStore extends ScheduleStore, Disposable {
  /** Closes the file. Idempotent. After the requesters and responders. */
  close(): void;
}

/** After so many numbers it is time to look for what nobody asks for any more. */
const LOOK_NUMBERS = 16;

/**
 * Knows the schedule keys of all processes of one host that open the file: some 100 bytes for each, until they have been
 * due for two weeks. Needs Node 22.13 or newer. Whoever made it closes it.
 *
 * Throws an `RpcError`: BAD_REQUEST for a file that is not ours, SERVICE_UNAVAILABLE where it cannot be opened,
 * NOT_IMPLEMENTED where Node has no SQLite.
 */
export function sqliteScheduleStore(options: SqliteScheduleStoreOptions): SqliteScheduleStore {
  const { file, runtime = systemRuntime } = options;
  assertFileName(file);
  const database = openSqliteFile(file, SCHEDULES);
  const keys = keysIn(database);
  let numbers = 0;
  const nowMs = (): number => Math.floor(runtime.nowMs());
  const tidy = (): void => {
    if (numbers < LOOK_NUMBERS) return;
    // Twice what came in, so that what has expired becomes less.
    keys.dropExpired(nowMs(), 2 * numbers);
    numbers = 0;
  };
  const turns = new SqliteTurns({ database, file, runtime, tidy, what: SCHEDULES.what });
  const close = (): void => turns.close();
  return {
    number: (key, keepMs) =>
      turns.run(() => {
        numbers += 1;
        const next = nextNumber(keys.find(key), nowMs());
        keys.put(key, next, nowMs() + Math.ceil(keepMs));
        return next.last;
      }),
    sent: (key, number) =>
      turns.run(() => {
        const known = keys.find(key);
        if (known !== undefined) keys.put(key, { ...known, sent: Math.max(known.sent, number) });
      }),
    cancel: (key) =>
      turns.run(() => {
        const known = keys.find(key);
        if (known === undefined) return false;
        const waited = cancels(known);
        keys.put(key, known);
        return waited;
      }),
    begin: (key, number) =>
      turns.run(() => {
        const known = keys.find(key);
        if (known === undefined) return true;
        const may = begins(known, number);
        if (may) keys.put(key, known);
        return may;
      }),
    close,
    [Symbol.dispose]: close,
  };
}

interface Keys {
  find(key: string): ScheduleNumbers | undefined;
  put(key: string, numbers: ScheduleNumbers, keepUntilMs?: number): void;
  dropExpired(nowMs: number, rows: number): void;
}

/** All within a transaction of the caller's, which holds the write lock. */
function keysIn(database: DatabaseSync): Keys {
  const find = database.prepare(FIND);
  const put = database.prepare(PUT);
  const drop = database.prepare(DROP_EXPIRED);
  return {
    find: (key) => {
      const row = find.get(key) as unknown as ScheduleNumbers | undefined;
      return row === undefined ? undefined : { ...row };
    },
    put: (key, { begun, cancelled, last, sent }, keepUntilMs = 0) =>
      void put.run({ key, last, sent, begun, cancelled, keepUntilMs }),
    dropExpired: (nowMs, rows) => void drop.run({ nowMs, rows }),
  };
}

const SCHEDULES: SqliteFormat = {
  what: 'schedule store',
  // "rpls".
  applicationId: 0x72_70_6c_73,
  version: 1,
  schema: `
    CREATE TABLE schedules (
      key TEXT PRIMARY KEY,
      last INTEGER NOT NULL,
      sent INTEGER NOT NULL,
      begun INTEGER NOT NULL,
      cancelled INTEGER NOT NULL,
      keep_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX schedules_by_time ON schedules (keep_until);
  `,
};

const FIND = 'SELECT last, sent, begun, cancelled FROM schedules WHERE key = ?';

const PUT = `
  INSERT INTO schedules (key, last, sent, begun, cancelled, keep_until)
  VALUES (:key, :last, :sent, :begun, :cancelled, :keepUntilMs)
  ON CONFLICT (key) DO UPDATE SET
    last = :last, sent = :sent, begun = :begun, cancelled = :cancelled,
    keep_until = max(keep_until, :keepUntilMs)`;

const DROP_EXPIRED = `
  DELETE FROM schedules WHERE key IN (
    SELECT key FROM schedules WHERE keep_until <= :nowMs ORDER BY keep_until LIMIT :rows
  )`;
