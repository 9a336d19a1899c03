import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { retryInMs } from './remembering.ts';
import type { Claim, StoredReply } from './reply-store.ts';
import { IS_HELD, type SqliteRoom } from './sqlite-room.ts';

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
  readonly #room: SqliteRoom;
  readonly #retentionMs: number;
  readonly #free: StatementSync;
  readonly #claim: StatementSync;
  readonly #find: StatementSync;
  readonly #renew: StatementSync;
  readonly #record: StatementSync;
  readonly #abandon: StatementSync;

  constructor(database: DatabaseSync, room: SqliteRoom, retentionMs: number) {
    this.#room = room;
    this.#retentionMs = retentionMs;
    this.#free = database.prepare(FREE);
    this.#claim = database.prepare(CLAIM);
    this.#find = database.prepare(FIND);
    this.#renew = database.prepare(RENEW);
    this.#record = database.prepare(RECORD);
    this.#abandon = database.prepare(ABANDON);
  }

  /** Undefined: the key is the caller's now. */
  claim(claim: SqliteClaim): Claim | undefined {
    const { id, key, nowMs, payloadHash } = claim;
    this.#room.claimed();
    const leaseMs = Math.ceil(claim.leaseMs);
    const keepMs = Math.ceil(Math.min(claim.repeatsForMs, this.#retentionMs));
    const row = { id, key, payloadHash, leaseMs, keepMs, nowMs };
    if (this.#claim.run(row).changes !== 0) return undefined;
    if (this.#free.run({ key, payloadHash, nowMs }).changes === 0) return this.#known(claim);
    this.#claim.run(row);
  }

  #known({ key, nowMs, payloadHash }: SqliteClaim): Claim {
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
    this.#room.recorded(Buffer.byteLength(body));
    return this.#record.run({ id, key, kind, content, body, nowMs }).changes !== 0;
  }

  abandon({ id, key }: TokenParts): void {
    this.#abandon.run({ id, key });
  }
}

/** As the table has it; `kind`, `content` and `body` where there is no token. */
interface Row extends StoredReply {
  readonly payload_hash: string | null;
  readonly token: string | null;
  readonly lease_until: number;
}

/** Takes the key where nothing is known of it. */
const CLAIM = `
  INSERT INTO replies (key, payload_hash, token, lease_ms, lease_until, keep_ms, expires_at)
  VALUES (:key, :payloadHash, :id, :leaseMs, :nowMs + :leaseMs, :keepMs, :nowMs + :keepMs)
  ON CONFLICT (key) DO NOTHING`;

/** Expired, or given up by a run with the same payload. The claim that follows gets an id of its own time. */
const FREE = `
  DELETE FROM replies WHERE key = :key AND NOT (${IS_HELD}) AND (
    expires_at <= :nowMs OR (token IS NOT NULL AND payload_hash IS :payloadHash)
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
