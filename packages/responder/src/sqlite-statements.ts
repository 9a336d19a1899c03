import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { retryInMs } from './remembering.ts';
import type { Claim, StoredReply } from './reply-store.ts';

/** Claims between two looks for what has expired, and how many rows go then: twice what came in. */
const SWEEP_EVERY = 16;
const SWEEP_ROWS = 2 * SWEEP_EVERY;
/**
 * A lease that ends so much later than it can was written before the wall clock was set back: it is
 * over. Smaller steps lengthen a dead run's lease instead of ending a living one's.
 */
const CLOCK_STEP_MS = 60_000;

export interface SqliteBounds {
  readonly maxBytes: number;
  readonly retentionMs: number;
}

export interface TokenParts {
  readonly id: string;
  readonly key: string;
}

export interface SqliteClaim extends TokenParts {
  readonly payloadHash: string | null;
  readonly leaseMs: number;
  readonly repeatsForMs: number;
  readonly nowMs: number;
}

/** All of them run within a transaction of the caller's, which holds the write lock. */
export class SqliteStatements {
  readonly #bounds: SqliteBounds;
  readonly #claim: StatementSync;
  readonly #find: StatementSync;
  readonly #renew: StatementSync;
  readonly #record: StatementSync;
  readonly #abandon: StatementSync;
  readonly #dropExpired: StatementSync;
  readonly #dropFirst: StatementSync;
  readonly #size: StatementSync;
  #claims = 0;

  constructor(database: DatabaseSync, bounds: SqliteBounds) {
    this.#bounds = bounds;
    this.#claim = database.prepare(CLAIM);
    this.#find = database.prepare(FIND);
    this.#renew = database.prepare(RENEW);
    this.#record = database.prepare(RECORD);
    this.#abandon = database.prepare(ABANDON);
    this.#dropExpired = database.prepare(DROP_EXPIRED);
    this.#dropFirst = database.prepare(DROP_FIRST);
    this.#size = database.prepare(SIZE);
  }

  /** Undefined: the key is the caller's now. */
  claim(claim: SqliteClaim): Claim | undefined {
    const { id, key, nowMs, payloadHash } = claim;
    this.#claims += 1;
    if (this.#claims % SWEEP_EVERY === 0) this.#sweep(nowMs);
    const leaseMs = Math.ceil(claim.leaseMs);
    const keepMs = Math.ceil(Math.min(claim.repeatsForMs, this.#bounds.retentionMs));
    const claimed = this.#claim.run({ id, key, payloadHash, leaseMs, keepMs, nowMs });
    if (claimed.changes !== 0) return undefined;
    const row = this.#find.get(key) as unknown as Row;
    if (row.payload_hash !== payloadHash) return { kind: 'conflict' };
    if (row.token === null) {
      const { body, content, kind } = row;
      return { kind: 'stored', reply: { kind, content, body } };
    }
    return { kind: 'busy', retryInMs: retryInMs(row.lease_until - nowMs) };
  }

  renew({ id, key }: TokenParts, leaseMs: number, nowMs: number): boolean {
    return this.#renew.run({ id, key, leaseMs: Math.ceil(leaseMs), nowMs }).changes !== 0;
  }

  record({ id, key }: TokenParts, reply: StoredReply, nowMs: number): boolean {
    const { body, content, kind } = reply;
    return this.#record.run({ id, key, kind, content, body, nowMs }).changes !== 0;
  }

  abandon({ id, key }: TokenParts): void {
    this.#abandon.run({ id, key });
  }

  #sweep(nowMs: number): void {
    this.#dropExpired.run({ nowMs, rows: SWEEP_ROWS });
    const { bytes } = this.#size.get() as unknown as { readonly bytes: number };
    if (bytes > this.#bounds.maxBytes) this.#dropFirst.run({ rows: SWEEP_ROWS });
  }
}

/** As the table has it; `kind`, `content` and `body` where there is no token. */
interface Row extends StoredReply {
  readonly payload_hash: string | null;
  readonly token: string | null;
  readonly lease_until: number;
}

const IS_HELD = `replies.token IS NOT NULL AND replies.lease_until > :nowMs
  AND replies.lease_until <= :nowMs + replies.lease_ms + ${CLOCK_STEP_MS}`;

/** Takes the key where it is free: unknown, expired, or given up by a run with the same payload. */
const CLAIM = `
  INSERT INTO replies (key, payload_hash, token, lease_ms, lease_until, keep_ms, expires_at)
  VALUES (:key, :payloadHash, :id, :leaseMs, :nowMs + :leaseMs, :keepMs, :nowMs + :keepMs)
  ON CONFLICT (key) DO UPDATE SET
    payload_hash = excluded.payload_hash, token = excluded.token, lease_ms = excluded.lease_ms,
    lease_until = excluded.lease_until, keep_ms = excluded.keep_ms, expires_at = excluded.expires_at,
    kind = NULL, content = NULL, body = NULL
  WHERE NOT (${IS_HELD}) AND (
    replies.expires_at <= :nowMs
    OR (replies.token IS NOT NULL AND replies.payload_hash IS excluded.payload_hash)
  )`;

const FIND = `
  SELECT payload_hash, token, lease_until, kind, content, body FROM replies WHERE key = ?`;

const RENEW = `
  UPDATE replies SET lease_ms = :leaseMs, lease_until = :nowMs + :leaseMs
  WHERE key = :key AND token = :id`;

const RECORD = `
  UPDATE replies SET
    token = NULL, kind = :kind, content = :content, body = :body, expires_at = :nowMs + keep_ms
  WHERE key = :key AND token = :id`;

const ABANDON = 'DELETE FROM replies WHERE key = :key AND token = :id';

const DROP_EXPIRED = `
  DELETE FROM replies WHERE rowid IN (
    SELECT rowid FROM replies WHERE expires_at <= :nowMs AND NOT (${IS_HELD})
    ORDER BY expires_at LIMIT :rows
  )`;

const DROP_FIRST = `
  DELETE FROM replies WHERE rowid IN (
    SELECT rowid FROM replies WHERE token IS NULL ORDER BY expires_at LIMIT :rows
  )`;

const SIZE = `
  SELECT (page_count - freelist_count) * page_size AS bytes
  FROM pragma_page_count, pragma_freelist_count, pragma_page_size`;
