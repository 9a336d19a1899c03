import { messageOf, RpcError } from '@replyq/contract';
import { lstatSync, writeFileSync } from 'node:fs';
import type * as sqlite from 'node:sqlite';

/** In the header of each of our files: "rplq". */
const APPLICATION_ID = 0x72_70_6c_71;
/** Of the table; a file of another version is refused. */
const SCHEMA_VERSION = 1;
/** Several processes may make the same file at the same time; opening waits for them. */
const OPEN_WAIT_MS = 5000;
/** Ordinary company is gone within this; what takes longer is waited for without blocking the process. */
const BUSY_WAIT_MS = 4;

/** SQLite's primary result codes, as `errcode` has them in its low byte. */
const BUSY = 5;
const LOCKED = 6;
const REASONS: Readonly<Record<number, string>> = {
  [BUSY]: 'another process holds its lock',
  [LOCKED]: 'another connection holds its lock',
  8: 'it may not be written',
  10: 'the disk failed',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'it cannot be opened; its directory must exist',
  26: 'it is not a SQLite database',
};

/**
 * Opens a file of replies, and makes it where there is none. Throws an `RpcError` that says what is
 * wrong with it: BAD_REQUEST for a file that is not ours, SERVICE_UNAVAILABLE for what may pass.
 */
export function openSqliteFile(file: string): sqlite.DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  let database: sqlite.DatabaseSync | undefined;
  try {
    makeFile(file);
    database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout = ${OPEN_WAIT_MS}`);
    if (!looksOurs(database, file)) create(database, file);
    // Only now: it is written into the file.
    const [mode] = Object.values(database.prepare('PRAGMA journal_mode = WAL').get() ?? {});
    if (mode !== 'wal') throw notOurs(file, `its journal mode is "${String(mode)}", not "wal"`);
    // A commit survives the death of any process; the last ones may be lost with the host's power.
    database.exec(`PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = ${BUSY_WAIT_MS}`);
    return database;
  } catch (cause) {
    database?.close();
    throw toStoreError(cause, file);
  }
}

/** Whether another connection was in the way, so that the same may succeed in a moment. */
export function isLocked(cause: unknown): boolean {
  const code = primaryCodeOf(cause);
  return code === BUSY || code === LOCKED;
}

/** What SQLite throws, with the file and the reason in words. */
export function toStoreError(cause: unknown, file: string): RpcError {
  if (cause instanceof RpcError) return cause;
  const reason = REASONS[primaryCodeOf(cause) ?? 0];
  const detail = reason === undefined ? messageOf(cause) : `${reason} (${messageOf(cause)})`;
  const message = `The reply store "${file}" does not work: ${detail}.`;
  return new RpcError({ code: 'SERVICE_UNAVAILABLE', message, cause });
}

/**
 * Replies may hold secrets: SQLite would make the file for all to read; its log gets the file's mode.
 * One that is there is not opened, since closing it would drop the locks that this process has on it.
 */
function makeFile(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    // Anything else SQLite meets, too, and says so.
    if (!isThere(cause)) return;
    // SQLite would follow it, and make what it leads to.
    if (lstatSync(file).isSymbolicLink()) throw notOurs(file, 'it is a symbolic link');
  }
}

function isThere(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
}

function primaryCodeOf(cause: unknown): number | undefined {
  const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

function loadSqlite(): typeof sqlite {
  // Node 20 has neither; an import would fail with words that name no version.
  const found = process.getBuiltinModule?.('node:sqlite');
  if (found !== undefined) return found;
  const message = `sqliteReplyStore needs node:sqlite, which this Node (${process.version}) does not have: expected 22.13 or newer.`;
  throw new RpcError({ code: 'NOT_IMPLEMENTED', message });
}

/** In one transaction, or it might see half of what another process makes at this moment. */
function looksOurs(database: sqlite.DatabaseSync, file: string): boolean {
  database.exec('BEGIN');
  const ours = isOurs(database, file);
  database.exec('COMMIT');
  return ours;
}

/** False: an empty file. Throws for the file of another program or version. */
function isOurs(database: sqlite.DatabaseSync, file: string): boolean {
  const id = numberOf(database, 'PRAGMA application_id');
  const version = numberOf(database, 'PRAGMA user_version');
  if (id === APPLICATION_ID && version === SCHEMA_VERSION) return true;
  if (id === APPLICATION_ID)
    throw notOurs(file, `its version is ${version}, and this replyq knows ${SCHEMA_VERSION}`);
  const empty = id === 0 && numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0;
  if (!empty) throw notOurs(file, 'it is the database of another program');
  return false;
}

function create(database: sqlite.DatabaseSync, file: string): void {
  database.exec('BEGIN IMMEDIATE');
  // Another process may have made it meanwhile.
  if (!isOurs(database, file)) database.exec(SCHEMA);
  database.exec('COMMIT');
}

/**
 * `id`: in the order of the claims. `token`: of the run that is under way; NULL once its reply is
 * recorded. Times are epoch milliseconds.
 */
const SCHEMA = `
  CREATE TABLE replies (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    payload_hash TEXT,
    token TEXT,
    lease_ms INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    keep_ms INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    kind TEXT,
    content TEXT,
    body TEXT
  ) STRICT;
  CREATE INDEX replies_by_expiry ON replies (expires_at) WHERE token IS NULL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

function numberOf(database: sqlite.DatabaseSync, query: string): number {
  const [value] = Object.values(database.prepare(query).get() ?? {});
  return Number(value);
}

function notOurs(file: string, why: string): RpcError {
  const message = `"${file}" cannot be the reply store: ${why}.`;
  return new RpcError({ code: 'BAD_REQUEST', message });
}
