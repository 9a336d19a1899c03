import { messageOf, RpcError } from '@replyq/contract';
import { lstatSync, writeFileSync } from 'node:fs';
import type * as sqlite from 'node:sqlite';

/** What a file is made for; one of another kind or version is refused. */
export interface SqliteFormat {
  /** In messages: `reply store`. */
  readonly what: string;
  /** In the header of each of its files. */
  readonly applicationId: number;
  readonly version: number;
  readonly schema: string;
}

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

/** Throws an `RpcError` BAD_REQUEST for what SQLite would not take as the path of a file. */
export function assertFileName(file: string): void {
  if (typeof file === 'string' && file !== '' && !/^(:|file:)/.test(file)) return;
  const message = `file is ${JSON.stringify(file)}: expected the path of a file.`;
  throw new RpcError({ code: 'BAD_REQUEST', message });
}

/**
 * Opens a file of ours, and makes it where there is none. Throws an `RpcError` that says what is
 * wrong with it: BAD_REQUEST for a file that is not ours, SERVICE_UNAVAILABLE for what may pass.
 */
export function openSqliteFile(file: string, format: SqliteFormat): sqlite.DatabaseSync {
  const { DatabaseSync } = loadSqlite(format);
  let database: sqlite.DatabaseSync | undefined;
  try {
    makeFile(file, format);
    database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout = ${OPEN_WAIT_MS}`);
    if (!looksOurs(database, file, format)) create(database, file, format);
    // Only now: it is written into the file.
    const [mode] = Object.values(database.prepare('PRAGMA journal_mode = WAL').get() ?? {});
    if (mode !== 'wal')
      throw notOurs(file, format, `its journal mode is "${String(mode)}", not "wal"`);
    // A commit survives the death of any process; the last ones may be lost with the host's power.
    database.exec(`PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = ${BUSY_WAIT_MS}`);
    return database;
  } catch (cause) {
    database?.close();
    throw toStoreError(cause, file, format.what);
  }
}

/** Whether another connection was in the way, so that the same may succeed in a moment. */
export function isLocked(cause: unknown): boolean {
  const code = primaryCodeOf(cause);
  return code === BUSY || code === LOCKED;
}

/** What SQLite throws, with the file and the reason in words. */
export function toStoreError(cause: unknown, file: string, what: string): RpcError {
  if (cause instanceof RpcError) return cause;
  const reason = REASONS[primaryCodeOf(cause) ?? 0];
  const detail = reason === undefined ? messageOf(cause) : `${reason} (${messageOf(cause)})`;
  const message = `The ${what} "${file}" does not work: ${detail}.`;
  return new RpcError({ code: 'SERVICE_UNAVAILABLE', message, cause });
}

/**
 * Replies may hold secrets: SQLite would make the file for all to read; its log gets the file's mode.
 * One that is there is not opened, since closing it would drop the locks that this process has on it.
 */
function makeFile(file: string, format: SqliteFormat): void {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    // Anything else SQLite meets, too, and says so.
    if (!isThere(cause)) return;
    // SQLite would follow it, and make what it leads to.
    if (lstatSync(file).isSymbolicLink()) throw notOurs(file, format, 'it is a symbolic link');
  }
}

function isThere(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
}

function primaryCodeOf(cause: unknown): number | undefined {
  const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

function loadSqlite({ what }: SqliteFormat): typeof sqlite {
  // Node 20 has neither; an import would fail with words that name no version.
  const found = process.getBuiltinModule?.('node:sqlite');
  if (found !== undefined) return found;
  const message = `A ${what} in a file needs node:sqlite, which this Node (${process.version}) does not have: expected 22.13 or newer.`;
  throw new RpcError({ code: 'NOT_IMPLEMENTED', message });
}

/** In one transaction, or it might see half of what another process makes at this moment. */
function looksOurs(database: sqlite.DatabaseSync, file: string, format: SqliteFormat): boolean {
  database.exec('BEGIN');
  const ours = isOurs(database, file, format);
  database.exec('COMMIT');
  return ours;
}

/** False: an empty file. Throws for the file of another program or version. */
function isOurs(database: sqlite.DatabaseSync, file: string, format: SqliteFormat): boolean {
  const { applicationId } = format;
  const id = numberOf(database, 'PRAGMA application_id');
  const version = numberOf(database, 'PRAGMA user_version');
  if (id === applicationId && version === format.version) return true;
  if (id === applicationId)
    throw notOurs(
      file,
      format,
      `its version is ${version}, and this replyq knows ${format.version}`,
    );
  const empty = id === 0 && numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0;
  if (!empty) throw notOurs(file, format, 'it is the database of another program');
  return false;
}

function create(database: sqlite.DatabaseSync, file: string, format: SqliteFormat): void {
  database.exec('BEGIN IMMEDIATE');
  // Another process may have made it meanwhile.
  if (!isOurs(database, file, format)) {
    const { applicationId, schema, version } = format;
    database.exec(schema);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`);
  }
  database.exec('COMMIT');
}

function numberOf(database: sqlite.DatabaseSync, query: string): number {
  const [value] = Object.values(database.prepare(query).get() ?? {});
  return Number(value);
}

function notOurs(file: string, { what }: SqliteFormat, why: string): RpcError {
  const message = `"${file}" cannot be the ${what}: ${why}.`;
  return new RpcError({ code: 'BAD_REQUEST', message });
}
