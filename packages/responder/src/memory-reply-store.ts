import { RpcError } from '@replyq/contract';
import { inRange, integerInRange, systemRuntime, type Runtime } from '@replyq/contract/transport';
import { DEFAULT_RETENTION_MS, isRemembered, retryInMs } from './remembering.ts';
import { ReplyList, type Weighed } from './reply-list.ts';
import {
  UNREMEMBERED,
  type Claim,
  type ClaimRequest,
  type ReplyStore,
  type StoredReply,
  type ClaimToken,
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

/** A key: claimed, or with its reply. It is its own token. */
class Entry implements Weighed<Entry> {
  readonly key: string;
  readonly payloadHash: string | undefined;
  /** How long the reply is remembered. */
  readonly keepMs: number;
  leaseUntilMs: number;
  expiresAtMs: number;
  /** Whether its run can still record. */
  claimed = true;
  reply: StoredReply | undefined;
  bytes = 0;
  before: Entry | undefined;
  after: Entry | undefined;

  constructor(
    request: ClaimRequest,
    payloadHash: string | undefined,
    keepMs: number,
    nowMs: number,
  ) {
    this.key = request.key;
    this.payloadHash = payloadHash;
    this.keepMs = keepMs;
    this.leaseUntilMs = nowMs + request.leaseMs;
    this.expiresAtMs = nowMs + keepMs;
  }
}

class MemoryReplyStore implements ReplyStore {
  readonly #options: Required<MemoryReplyStoreOptions>;
  readonly #entries = new Map<string, Entry>();
  /** Replies to requests that soon cannot come again, and those that are kept for as long as can be. */
  readonly #brief = new ReplyList<Entry>();
  readonly #kept = new ReplyList<Entry>();
  /** Runs that have not ended. */
  #claims = 0;
  #sweepAtMs = 0;

  constructor(options: Required<MemoryReplyStoreOptions>) {
    this.#options = options;
  }

  claim(request: ClaimRequest): Claim {
    if (!isRemembered(request)) return UNREMEMBERED;
    const { retentionMs, runtime } = this.#options;
    const nowMs = runtime.monotonicMs();
    this.#dropExpired(this.#brief, nowMs);
    this.#dropExpired(this.#kept, nowMs);
    const payloadHash = request.payloadHash?.();
    const known = this.#entries.get(request.key);
    if (known !== undefined) {
      const claim = answerOf(known, payloadHash, nowMs);
      if (claim !== undefined) return claim;
      this.#forget(known);
    }
    this.#makeRoom(nowMs);
    const keepMs = Math.min(request.repeatsForMs, retentionMs);
    const entry = new Entry(request, payloadHash, keepMs, nowMs);
    this.#entries.set(request.key, entry);
    this.#claims += 1;
    return { kind: 'run', token: entry };
  }

  renew(token: ClaimToken, leaseMs: number): boolean {
    if (!isClaimed(token)) return false;
    token.leaseUntilMs = this.#options.runtime.monotonicMs() + leaseMs;
    return true;
  }

  record(token: ClaimToken, reply: StoredReply): boolean {
    if (!isClaimed(token)) return false;
    this.#claims -= 1;
    token.claimed = false;
    token.reply = reply;
    token.bytes = token.key.length + bytesOf(reply.body) + ENTRY_BYTES;
    token.expiresAtMs = this.#options.runtime.monotonicMs() + token.keepMs;
    this.#listOf(token).add(token);
    while (this.#brief.bytes + this.#kept.bytes > this.#options.maxBytes) this.#forgetOldest();
    return true;
  }

  abandon(token: ClaimToken): void {
    if (isClaimed(token)) this.#forget(token);
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
    if (entry.claimed) {
      this.#claims -= 1;
      entry.claimed = false;
      return;
    }
    this.#listOf(entry).remove(entry);
  }

  /** Claims whose holder has died with them are found only when there are too many. */
  #makeRoom(nowMs: number): void {
    const { maxClaims } = this.#options;
    if (this.#claims < maxClaims) return;
    if (nowMs >= this.#sweepAtMs) {
      this.#sweepAtMs = nowMs + SWEEP_EVERY_MS;
      for (const entry of this.#entries.values())
        if (entry.claimed && entry.leaseUntilMs <= nowMs) this.#forget(entry);
    }
    if (this.#claims < maxClaims) return;
    const message = `The reply store has ${maxClaims} runs under way: expected fewer (maxClaims).`;
    throw new RpcError({ code: 'OVERLOADED', message });
  }
}

function isClaimed(token: ClaimToken): token is Entry {
  return token instanceof Entry && token.claimed;
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
