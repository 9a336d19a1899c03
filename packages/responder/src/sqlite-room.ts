import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** After so many claims, or so much that was recorded, it is time to look. */
const LOOK_CLAIMS = 16;
const LOOK_BYTES = 64 * 1024;
/**
 * What one turn deletes for want of room, beside as much as was recorded since the last look: a few
 * milliseconds of the process's time. The rest goes with the next turns.
 */
const TURN_ROWS = 256;
const TURN_BYTES = 2 ** 20;
/** The least that a row takes with its keys in the indexes: so many rows make room for what was recorded. */
const ROW_BYTES = 256;
/** Looked at between two measurements. */
const STEP_ROWS = 64;
/**
 * A lease that ends so much later than it can was written before the wall clock was set back: it is
 * over. Smaller steps lengthen a dead run's lease instead of ending a living one's.
 */
const CLOCK_STEP_MS = 60_000;

/** A run is under way that has renewed its lease in time. */
export const IS_HELD: string = `token IS NOT NULL AND lease_until > :nowMs
  AND lease_until <= :nowMs + lease_ms + ${CLOCK_STEP_MS}`;

/**
 * Keeps the file within its bounds, a little with each turn. Claims whose lease has run out stay until
 * there is no room for them: their runs may still record (S3).
 */
export class SqliteRoom {
  readonly #maxBytes: number;
  readonly #dropExpired: StatementSync;
  readonly #first: StatementSync;
  readonly #dropFirst: StatementSync;
  readonly #pages: StatementSync;
  readonly #freePages: StatementSync;
  readonly #pageBytes: number;
  /** Since the last look. */
  #claims = 0;
  #recordedBytes = 0;
  #isFull = false;

  constructor(database: DatabaseSync, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#dropExpired = database.prepare(DROP_EXPIRED);
    this.#first = database.prepare(FIRST);
    this.#dropFirst = database.prepare(DROP_FIRST);
    this.#pages = database.prepare('PRAGMA page_count');
    this.#freePages = database.prepare('PRAGMA freelist_count');
    this.#pageBytes = numberOf(database.prepare('PRAGMA page_size'));
  }

  claimed(): void {
    this.#claims += 1;
  }

  recorded(bytes: number): void {
    this.#recordedBytes += bytes;
  }

  /** Within the turn's transaction. */
  tidy(nowMs: number): void {
    const claims = this.#claims;
    const recordedBytes = this.#recordedBytes;
    if (claims < LOOK_CLAIMS && recordedBytes < LOOK_BYTES && !this.#isFull) return;
    this.#claims = 0;
    this.#recordedBytes = 0;
    // Twice what came in, so that what has expired becomes less.
    this.#dropExpired.run({ nowMs, rows: 2 * claims });
    this.#isFull = !this.#makeRoom(recordedBytes, nowMs);
  }

  /** False: there is more to delete. */
  #makeRoom(recordedBytes: number, nowMs: number): boolean {
    let rows = TURN_ROWS + Math.ceil(recordedBytes / ROW_BYTES);
    let bytes = TURN_BYTES + recordedBytes;
    for (;;) {
      const excess = this.#usedBytes() - this.#maxBytes;
      if (excess <= 0) return true;
      if (rows <= 0 || bytes <= 0) return false;
      const first = this.#first.all({ nowMs, rows: Math.min(STEP_ROWS, rows) });
      // All that is left are runs under way.
      if (first.length === 0) return true;
      let last = 0;
      let freed = 0;
      for (const row of first as unknown as readonly Row[]) {
        if (freed >= Math.min(excess, bytes)) break;
        last = row.id;
        freed += row.bytes;
        rows -= 1;
      }
      bytes -= freed;
      this.#dropFirst.run({ last, nowMs });
    }
  }

  /** A page that was freed is used again before the file grows. */
  #usedBytes(): number {
    return (numberOf(this.#pages) - numberOf(this.#freePages)) * this.#pageBytes;
  }
}

interface Row {
  readonly id: number;
  readonly bytes: number;
}

const DROP_EXPIRED = `
  DELETE FROM replies WHERE id IN (
    SELECT id FROM replies WHERE token IS NULL AND expires_at <= :nowMs
    ORDER BY expires_at LIMIT :rows
  )`;

const FIRST = `
  SELECT id, ${ROW_BYTES} + coalesce(octet_length(body), 0) AS bytes
  FROM replies WHERE NOT (${IS_HELD}) ORDER BY id LIMIT :rows`;

const DROP_FIRST = `DELETE FROM replies WHERE id <= :last AND NOT (${IS_HELD})`;

function numberOf(pragma: StatementSync): number {
  return Number(Object.values(pragma.get() ?? {})[0]);
}
