import { RpcError } from '@replyq/contract';
import { inRange, integerInRange, systemRuntime, type Runtime } from '@replyq/contract/transport';
import { DEFAULT_RETENTION_MS, isRemembered, retryInMs } from './remembering.ts';
import { ReplyList, type Linked } from './reply-list.ts';
import {
  UNREMEMBERED,
  type Claim,
  type ClaimRequest,
  type ReplyStore,
  type StoredReply,
} from './reply-store.ts';

export interface MemoryReplyStoreOptions {
  /**
   * Of replies, keys and what it takes to find them. Past it the oldest replies are forgotten: of calls
   * with an idempotency key, or of those without, whichever take more. Default 16 MiB.
   */
  readonly maxBytes?: number;
  /** Runs under way at once; one more is refused. They are never forgotten. Default 100,000. */
  readonly maxClaims?: number;
  /** For how long the reply to a request with an idempotency key is remembered. Default 24 h. */
  readonly retentionMs?: number;
  /** Default: the platform's. */
  readonly runtime?: Runtime;
}

/** What an entry takes beside its key and body: map, links, strings' heads. Measured: 270. */
const ENTRY_BYTES = 300;
/** Between two searches for claims that nobody holds any more, when there are too many. */
const SWEEP_EVERY_MS = 1000;

/**
 * Remembers within this process, until it ends or memory for it does. Answers at once. Can be shared
 * by several responders. Throws an `RpcError` BAD_REQUEST for an option out of range.
 */
export function memoryReplyStore(options: MemoryReplyStoreOptions = {}): ReplyStore {
  return new MemoryReplyStore({
    maxBytes: inRange('maxBytes', options.maxBytes ?? 16 * 1024 * 1024, 0, 2 ** 40),
    maxClaims: integerInRange('maxClaims', options.maxClaims ?? 100_000, 1, 10_000_000),
    retentionMs: inRange('retentionMs', options.retentionMs ?? DEFAULT_RETENTION_MS, 1, 2 ** 40),
    runtime: options.runtime ?? systemRuntime,
  });
}

/** A key: claimed, or with its reply. */
interface Entry extends Linked<Entry> {
  readonly key: string;
  readonly payloadHash: string | undefined;
  /** How long the reply is remembered. */
  readonly keepMs: number;
  readonly token: string;
  leaseUntilMs: number;
  expiresAtMs: number;
  reply: StoredReply | undefined;
}

class MemoryReplyStore implements ReplyStore {
  readonly #options: Required<MemoryReplyStoreOptions>;
  readonly #entries = new Map<string, Entry>();
  /** Of runs that have not ended, by token. */
  readonly #claims = new Map<string, Entry>();
  /** Replies to requests that soon cannot come again, and those that are kept for as long as can be. */
  readonly #brief = new ReplyList<Entry>();
  readonly #kept = new ReplyList<Entry>();
  #tokens = 0;
  #sweepAtMs = 0;

  constructor(options: Required<MemoryReplyStoreOptions>) {
    this.#options = options;
  }

  claim(request: ClaimRequest): Claim {
    if (!isRemembered(request)) return UNREMEMBERED;
    const { retentionMs, runtime } = this.#options;
    const { key, leaseMs, repeatsForMs } = request;
    const nowMs = runtime.monotonicMs();
    this.#dropExpired(this.#brief, nowMs);
    this.#dropExpired(this.#kept, nowMs);
    const payloadHash = request.payloadHash?.();
    const known = this.#entries.get(key);
    if (known !== undefined) {
      const claim = answerOf(known, payloadHash, nowMs);
      if (claim !== undefined) return claim;
      this.#forget(known);
    }
    this.#makeRoom(nowMs);
    const token = (this.#tokens += 1).toString(36);
    const keepMs = Math.min(repeatsForMs, retentionMs);
    const entry: Entry = {
      key,
      payloadHash,
      keepMs,
      token,
      leaseUntilMs: nowMs + leaseMs,
      expiresAtMs: nowMs + keepMs,
      reply: undefined,
      bytes: 0,
      before: undefined,
      after: undefined,
    };
    this.#entries.set(key, entry);
    this.#claims.set(token, entry);
    return { kind: 'run', token };
  }

  renew(token: string, leaseMs: number): boolean {
    const entry = this.#claims.get(token);
    if (entry === undefined) return false;
    entry.leaseUntilMs = this.#options.runtime.monotonicMs() + leaseMs;
    return true;
  }

  record(token: string, reply: StoredReply): boolean {
    const entry = this.#claims.get(token);
    if (entry === undefined) return false;
    this.#claims.delete(token);
    entry.reply = reply;
    entry.bytes = entry.key.length + bytesOf(reply.body) + ENTRY_BYTES;
    entry.expiresAtMs = this.#options.runtime.monotonicMs() + entry.keepMs;
    this.#listOf(entry).add(entry);
    while (this.#brief.bytes + this.#kept.bytes > this.#options.maxBytes) this.#forgetOldest();
    return true;
  }

  abandon(token: string): void {
    const entry = this.#claims.get(token);
    if (entry !== undefined) this.#forget(entry);
  }

  #listOf({ keepMs }: Entry): ReplyList<Entry> {
    return keepMs < this.#options.retentionMs ? this.#brief : this.#kept;
  }

  /** One that has still some time hides those behind it; a claim of their keys finds them expired. */
  #dropExpired(list: ReplyList<Entry>, nowMs: number): void {
    for (let entry = list.oldest; entry !== undefined; entry = list.oldest) {
      if (entry.expiresAtMs > nowMs) return;
      this.#forget(entry);
    }
  }

  /** Of the kind that takes more, so that neither pushes out the other: each has a half for sure. */
  #forgetOldest(): void {
    const { oldest } = this.#kept.bytes > this.#brief.bytes ? this.#kept : this.#brief;
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.key);
    if (entry.reply === undefined) {
      this.#claims.delete(entry.token);
      return;
    }
    this.#listOf(entry).remove(entry);
  }

  /** Claims whose holder has died with them are found only when there are too many. */
  #makeRoom(nowMs: number): void {
    const { maxClaims } = this.#options;
    if (this.#claims.size < maxClaims) return;
    if (nowMs >= this.#sweepAtMs) {
      this.#sweepAtMs = nowMs + SWEEP_EVERY_MS;
      for (const entry of this.#claims.values())
        if (entry.leaseUntilMs <= nowMs) this.#forget(entry);
    }
    if (this.#claims.size < maxClaims) return;
    const message = `The reply store has ${maxClaims} runs under way: expected fewer (maxClaims).`;
    throw new RpcError({ code: 'OVERLOADED', message });
  }
}

/** What a key that is known is answered; undefined: it may be claimed anew. */
function answerOf(entry: Entry, payloadHash: string | undefined, nowMs: number): Claim | undefined {
  const { expiresAtMs, leaseUntilMs, reply } = entry;
  const held = reply === undefined && leaseUntilMs > nowMs;
  if (!held && expiresAtMs <= nowMs) return undefined;
  if (entry.payloadHash !== payloadHash) return { kind: 'conflict' };
  if (reply !== undefined) return { kind: 'stored', reply };
  return held ? { kind: 'busy', retryInMs: retryInMs(leaseUntilMs - nowMs) } : undefined;
}

/** V8 holds a string at one byte a character, or at two if it has one beyond Latin-1; é may count as such. */
function bytesOf(text: string): number {
  const { length } = text;
  return Buffer.byteLength(text) === length ? length : 2 * length;
}
