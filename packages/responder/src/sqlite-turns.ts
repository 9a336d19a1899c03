import { RpcError } from '@replyq/contract';
import type { Runtime } from '@replyq/contract/transport';
import type { DatabaseSync } from 'node:sqlite';
import { isLocked, toStoreError } from './sqlite-file.ts';

/** How long a turn waits for a lock before all in it fails: far below a lease, far above a transaction. */
const LOCK_WAIT_MS = 2000;
/** Between two attempts at a lock, with as much again at random. */
const LOCK_PAUSE_MS = 10;

export interface SqliteTurnsOptions {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly runtime: Runtime;
  /** In messages: `reply store`. */
  readonly what: string;
  /** Ends each transaction, after its work. */
  readonly tidy: () => void;
}

interface Job {
  /** Runs within the transaction; returns what to do once it is committed. */
  readonly work: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts all work of one microtask turn into one transaction. Another process that holds the lock for
 * long does not block this one: the turn is tried again, and others join it.
 */
export class SqliteTurns {
  readonly #options: SqliteTurnsOptions;
  #waiting: Job[] = [];
  #scheduled = false;
  #lockedSinceMs: number | undefined;
  #closed = false;

  constructor(options: SqliteTurnsOptions) {
    this.#options = options;
  }

  /** Rejects with an `RpcError` when the transaction fails; then nothing of it has happened. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#ended());
      this.#waiting.push({
        work: () => {
          const value = work();
          return () => resolve(value);
        },
        reject,
      });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => this.#commit());
    });
  }

  /** What still waits for a lock fails. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fail(this.#ended());
    this.#options.database.close();
  }

  #commit(): void {
    if (this.#closed) return;
    const { database, file, tidy, what } = this.#options;
    try {
      database.exec('BEGIN IMMEDIATE');
    } catch (cause) {
      if (isLocked(cause) && this.#waitForLock()) return;
      return this.#fail(toStoreError(cause, file, what));
    }
    this.#lockedSinceMs = undefined;
    let done: readonly (() => void)[];
    try {
      done = this.#waiting.map(({ work }) => work());
      tidy();
      database.exec('COMMIT');
    } catch (cause) {
      this.#rollBack();
      return this.#fail(toStoreError(cause, file, what));
    }
    this.#waiting = [];
    this.#scheduled = false;
    for (const tell of done) tell();
  }

  /** After some failures, a full disk for one, SQLite has done it already, and says so by throwing. */
  #rollBack(): void {
    try {
      this.#options.database.exec('ROLLBACK');
    } catch {
      // What made it fail is what the callers are told.
    }
  }

  /** False: it was long enough. */
  #waitForLock(): boolean {
    const { runtime } = this.#options;
    const nowMs = runtime.monotonicMs();
    this.#lockedSinceMs ??= nowMs;
    if (nowMs - this.#lockedSinceMs >= LOCK_WAIT_MS) return false;
    const pauseMs = LOCK_PAUSE_MS * (1 + runtime.random());
    runtime.setTimer(pauseMs, () => this.#commit(), { keepAlive: true });
    return true;
  }

  #fail(error: RpcError): void {
    const failed = this.#waiting;
    this.#waiting = [];
    this.#scheduled = false;
    this.#lockedSinceMs = undefined;
    for (const { reject } of failed) reject(error);
  }

  #ended(): RpcError {
    const { file, what } = this.#options;
    const message = `The ${what} "${file}" was closed.`;
    return new RpcError({ code: 'CLOSED', message });
  }
}
