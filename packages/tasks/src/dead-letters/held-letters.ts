import type { QueueAccess, ReceivedMessage } from '@replyq/queue';
import { isPassing, pauseAfter } from '../patience.ts';

/** Of the time that a message stays hidden: then it is extended. */
const EXTEND_AFTER = 0.5;
/** After that its handle is not used: the message may be somebody else's by then. */
const HANDLE_GOOD_FOR = 0.9;
/** Extensions are as much longer than the first time, so that tens of thousands are kept at a few a second. */
const EXTENDED_BY = 5;
const GIVE_BACK_ATTEMPTS = 3;

interface Held {
  readonly receiptHandle: string;
  readonly extendAtMs: number;
  readonly goodUntilMs: number;
}

/** Messages of one queue that this process keeps hidden, until it makes them visible again. */
export class HeldLetters {
  readonly #access: QueueAccess;
  readonly #queueUrl: string;
  readonly #visibilityMs: number;
  /** Each in the order in which they are due: as they were read, and as they were extended. */
  readonly #fresh = new Map<string, Held>();
  readonly #extended = new Map<string, Held>();

  constructor(access: QueueAccess, queueUrl: string, visibilityMs: number) {
    this.#access = access;
    this.#queueUrl = queueUrl;
    this.#visibilityMs = visibilityMs;
  }

  get size(): number {
    return this.#fresh.size + this.#extended.size;
  }

  has(messageId: string): boolean {
    return this.#fresh.has(messageId) || this.#extended.has(messageId);
  }

  /** Received just now. */
  add({ messageId, receiptHandle }: ReceivedMessage): void {
    this.delete(messageId);
    this.#fresh.set(messageId, this.#hiddenFor(receiptHandle, this.#visibilityMs));
  }

  delete(messageId: string): void {
    this.#fresh.delete(messageId);
    this.#extended.delete(messageId);
  }

  /** Those whose time is half over; one that cannot be extended comes back, and is known then. */
  async extendDue(): Promise<void> {
    const nowMs = this.#access.runtime.monotonicMs();
    const visibilityMs = this.#visibilityMs * EXTENDED_BY;
    for (const held of [this.#fresh, this.#extended]) {
      const due: [string, Held][] = [];
      for (const entry of held) {
        if (entry[1].extendAtMs > nowMs) break;
        due.push(entry);
      }
      for (const [messageId] of due) held.delete(messageId);
      await this.#change(
        due.map(([, { receiptHandle }]) => receiptHandle),
        visibilityMs,
      );
      for (const [messageId, { receiptHandle }] of due) {
        this.#extended.set(messageId, this.#hiddenFor(receiptHandle, visibilityMs));
      }
    }
  }

  /** Never rejects; what cannot be given back comes back by itself. */
  async giveBack(): Promise<void> {
    const nowMs = this.#access.runtime.monotonicMs();
    const all = [...this.#fresh.values(), ...this.#extended.values()];
    const good = all.filter(({ goodUntilMs }) => goodUntilMs > nowMs);
    this.#fresh.clear();
    this.#extended.clear();
    await this.#change(
      good.map(({ receiptHandle }) => receiptHandle),
      0,
    );
  }

  #hiddenFor(receiptHandle: string, visibilityMs: number): Held {
    const nowMs = this.#access.runtime.monotonicMs();
    return {
      receiptHandle,
      extendAtMs: nowMs + visibilityMs * EXTEND_AFTER,
      goodUntilMs: nowMs + visibilityMs * HANDLE_GOOD_FOR,
    };
  }

  async #change(receiptHandles: readonly string[], visibilityMs: number): Promise<void> {
    const { api } = this.#access;
    const size = api.service.limits.maxBatchEntries;
    for (let at = 0; at < receiptHandles.length; at += size) {
      const batch = receiptHandles.slice(at, at + size);
      await this.#changeBatch(batch.map((receiptHandle) => ({ receiptHandle, visibilityMs })));
    }
  }

  /** Although the caller's signal may have aborted. */
  async #changeBatch(
    entries: readonly { readonly receiptHandle: string; readonly visibilityMs: number }[],
  ): Promise<void> {
    const { api, runtime } = this.#access;
    const { signal } = new AbortController();
    for (let attempt = 1; attempt <= GIVE_BACK_ATTEMPTS; attempt += 1) {
      const result = await api.changeVisibilityBatch({ queueUrl: this.#queueUrl, entries });
      if (!isPassing(result) || !(await pauseAfter(attempt, runtime, signal))) return;
    }
  }
}
