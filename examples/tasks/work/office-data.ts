import { DatabaseSync } from 'node:sqlite';

/** One run of a task, as the worker that ran it has noted it down. */
export interface Run {
  readonly task: string;
  readonly attempt: number;
  readonly procedure: string;
  readonly worker: string;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  readonly outcome: 'done' | 'failed';
}

/** Its file, in the folder of the example. */
export const DATABASE = 'office.db';

const TABLES = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, site TEXT, expires_at INTEGER);
  CREATE TABLE IF NOT EXISTS runs (
    task TEXT, attempt INTEGER, procedure TEXT, worker TEXT,
    started_at INTEGER, elapsed_ms REAL, outcome TEXT
  );
`;

/** Deleted at once. Between two lots others may write. */
const LOT = 100;

/** The database of the example: a file that all its processes have open. */
export class OfficeData {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    // Another process may be writing.
    this.#database.exec(`PRAGMA busy_timeout = 5000; ${TABLES}`);
  }

  addSessions(sessions: readonly { readonly site: string; readonly expiresAtMs: number }[]): void {
    const insert = this.#database.prepare('INSERT INTO sessions VALUES (?, ?, ?)');
    this.#database.exec('BEGIN IMMEDIATE');
    for (const [index, { expiresAtMs, site }] of sessions.entries()) {
      insert.run(`session-${index}`, site, expiresAtMs);
    }
    this.#database.exec('COMMIT');
  }

  countSessions(expiredBeforeMs: number): { readonly expired: number; readonly valid: number } {
    const count = this.#database.prepare(
      'SELECT count(*) AS found FROM sessions WHERE (expires_at < ?) = ?',
    );
    const found = (expired: number): number =>
      Number(count.get(expiredBeforeMs, expired)?.['found']);
    return { expired: found(1), valid: found(0) };
  }

  /** Deletes some of the expired sessions of a site. False: none are left. */
  deleteExpiredSessions(site: string, expiredBeforeMs: number): boolean {
    const remove = this.#database.prepare(
      `DELETE FROM sessions WHERE id IN
         (SELECT id FROM sessions WHERE site = ? AND expires_at < ? LIMIT ${LOT})`,
    );
    return remove.run(site, expiredBeforeMs).changes > 0;
  }

  addRun({ attempt, elapsedMs, outcome, procedure, startedAtMs, task, worker }: Run): void {
    this.#database
      .prepare('INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(task, attempt, procedure, worker, startedAtMs, elapsedMs, outcome);
  }

  runs(): readonly Run[] {
    const rows = this.#database.prepare('SELECT * FROM runs ORDER BY started_at').all();
    return rows.map((row) => ({
      task: String(row['task']),
      attempt: Number(row['attempt']),
      procedure: String(row['procedure']),
      worker: String(row['worker']),
      startedAtMs: Number(row['started_at']),
      elapsedMs: Number(row['elapsed_ms']),
      outcome: row['outcome'] === 'done' ? 'done' : 'failed',
    }));
  }

  close(): void {
    this.#database.close();
  }
}
