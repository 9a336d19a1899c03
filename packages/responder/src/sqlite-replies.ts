import type { SqliteFormat } from './sqlite-file.ts';

/**
 * `id`: in the order of the claims. `token`: of the run that is under way; NULL once its reply is
 * recorded. Times are epoch milliseconds.
 */
export const REPLIES: SqliteFormat = {
  what: 'reply store',
  // "rplq".
  applicationId: 0x72_70_6c_71,
  version: 1,
  schema: `
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
  `,
};
