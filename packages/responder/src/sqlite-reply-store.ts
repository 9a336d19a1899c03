/**
 * The reply store in a file that the processes of one host share.
 *
 *   sqlite-file.ts        opens the file, and says what is wrong with one
 *   sqlite-replies.ts     its table
 *   sqlite-turns.ts       owns the transactions: one for all that comes in one turn
 *   sqlite-statements.ts  claims, renews and records
 *   sqlite-room.ts        deletes what has expired, and what there is no room for
 */
import { inRange, systemRuntime, type Runtime } from '@replyq/contract/transport';
import { DEFAULT_RETENTION_MS, isRemembered } from './remembering.ts';
import { UNREMEMBERED, type ReplyStore, type ClaimToken } from './reply-store.ts';
import { assertFileName, openSqliteFile } from './sqlite-file.ts';
import { REPLIES } from './sqlite-replies.ts';
import { SqliteRoom } from './sqlite-room.ts';
import { SqliteStatements } from './sqlite-statements.ts';
import { SqliteTurns } from './sqlite-turns.ts';

export interface SqliteReplyStoreOptions {
  /**
   * On a disk of this host, not on a network's. Made where there is none, for its owner to read and
   * write; one that is there keeps its mode. Its directory must exist. Not a symbolic link or a URI.
   */
  readonly file: string;
  /** For how long the reply to a request with an idempotency key is remembered. Default 24 h. */
  readonly retentionMs?: number;
  /**
   * About how large the file may grow, its log of some 4 MiB aside. Past it what was claimed first is
   * forgotten, runs under way excepted. Default 1 GiB.
   */
  readonly maxBytes?: number;
  /** Its wall clock is the one that the processes share. Default: the platform's. */
  readonly runtime?: Runtime;
}

export interface SqliteReplyStore extends ReplyStore, Disposable {
  /** Closes the file; claims under way run out by themselves. Idempotent. After the responders. */
  close(): void;
}

/** Characters of a token: 132 bits, so that no two processes make the same. */
const TOKEN_CHARACTERS = 22;

/**
 * Remembers in a SQLite file, for all processes of one host that open it, past the death of any of
 * them. Needs Node 22.13 or newer. Whoever made it closes it.
 *
 * Throws an `RpcError`: BAD_REQUEST for an option out of range or a file that is not ours,
 * SERVICE_UNAVAILABLE where the file cannot be opened, NOT_IMPLEMENTED where Node has no SQLite.
 */
export function sqliteReplyStore(options: SqliteReplyStoreOptions): SqliteReplyStore {
  const { file, runtime = systemRuntime } = options;
  const { maxBytes = 2 ** 30, retentionMs = DEFAULT_RETENTION_MS } = options;
  inRange('maxBytes', maxBytes, 2 ** 20, 2 ** 46);
  inRange('retentionMs', retentionMs, 1, 2 ** 40);
  assertFileName(file);
  const database = openSqliteFile(file, REPLIES);
  const room = new SqliteRoom(database, maxBytes);
  const statements = new SqliteStatements(database, room, retentionMs);
  // The columns are integers.
  const nowMs = (): number => Math.floor(runtime.nowMs());
  const tidy = (): void => room.tidy(nowMs());
  const turns = new SqliteTurns({ database, file, runtime, tidy, what: REPLIES.what });
  const close = (): void => turns.close();
  return {
    claim(request) {
      if (!isRemembered(request)) return UNREMEMBERED;
      const { key, leaseMs, repeatsForMs } = request;
      const payloadHash = request.payloadHash?.() ?? null;
      const id = runtime.createId(TOKEN_CHARACTERS);
      return turns.run(() => {
        const claim = { id, key, payloadHash, leaseMs, repeatsForMs, nowMs: nowMs() };
        return statements.claim(claim) ?? { kind: 'run', token: id + key };
      });
    },
    renew: (token, leaseMs) => turns.run(() => statements.renew(partsOf(token), leaseMs, nowMs())),
    record: (token, reply) => turns.run(() => statements.record(partsOf(token), reply, nowMs())),
    abandon: (token) => turns.run(() => statements.abandon(partsOf(token))),
    close,
    [Symbol.dispose]: close,
  };
}

/** The key travels in the token, so that the file needs no second index. */
function partsOf(token: ClaimToken): { readonly id: string; readonly key: string } {
  const text = typeof token === 'string' ? token : '';
  return { id: text.slice(0, TOKEN_CHARACTERS), key: text.slice(TOKEN_CHARACTERS) };
}
