import {
  notify,
  type Outbox,
  type OutgoingFrame,
  type RefusalReason,
  type SendOutcome,
} from '@replyq/contract/transport';
import {
  LOST,
  outcomeWhenOver,
  OutboxQueue,
  type Batch,
  type OutboxEntry,
} from './outbox-queue.ts';
import type { QueueApi } from './queue-api.ts';
import { isFifo } from './queue-name.ts';
import type { Failure, FailureKind, Result } from './queue-service.ts';
import { backoffDelayMs, SEND_BACKOFF, type RetryBudget } from './retry.ts';

/** A batch that is not full leaves only while fewer than this many such batches are on their way. */
const MAX_UNFILLED_IN_FLIGHT = 4;
/** Full batches on their way at once. */
const MAX_IN_FLIGHT = 16;

/** How long a queue that has just answered `gone` for good is not asked again. */
const GONE_FOR_MS = 60_000;

export interface QueueOutboxOptions {
  readonly api: QueueApi;
  readonly budget: RetryBudget;
  readonly queue: string;
  readonly maxBufferedFrames: number;
  readonly resolveUrl: () => Promise<Result<{ readonly queueUrl: string }>>;
  /** `gone` means "not yet" for this long after a frame's first attempt. */
  readonly goneGraceMs: number;
  /** The queue turned out not to exist: whoever keeps its URL should ask again. */
  readonly onGone?: () => void;
  /** True when a handler of this process calls a queue that this process serves, with no free slot. */
  readonly wouldWaitForItself?: (queueUrl: string) => boolean;
}

/**
 * Sends frames to one queue: what is ready when a microtask turn ends leaves together. The one
 * layer that retries; each frame learns the outcome of its own entry.
 *
 * O1: a frame is encoded and sent only while somebody waits for it and its deadline is ahead.
 * O2: an outcome other than `unknown` is certain; once an attempt may have been stored, no failure
 *     of a later one makes it `refused`.
 * O3: on a FIFO queue, a group's frames are sent in order, and wait behind one that failed.
 */
export class QueueOutbox implements Outbox {
  readonly queue: string;
  readonly #options: QueueOutboxOptions;
  readonly #entries: OutboxQueue;
  #queueUrl: string | undefined;
  #resolving = false;
  #scheduled = false;
  #inFlight = 0;
  #unfilledInFlight = 0;
  #retrying = 0;
  #everAccepted = false;
  #goneUntilMs = -Infinity;
  readonly #pauses = new Set<() => void>();
  #closed = false;
  #lastUsedMs: number;

  constructor(options: QueueOutboxOptions) {
    this.#options = options;
    this.queue = options.queue;
    this.#entries = new OutboxQueue(options.api.service.limits, isFifo(options.queue));
    this.#lastUsedMs = options.api.runtime.monotonicMs();
  }

  /** Nothing waits or is on its way, since when; undefined: in use. */
  idleSinceMs(): number | undefined {
    const idle = this.#entries.size + this.#inFlight + this.#retrying === 0 && !this.#resolving;
    return idle ? this.#lastUsedMs : undefined;
  }

  send(frame: OutgoingFrame): Promise<SendOutcome> {
    const nowMs = this.#options.api.runtime.monotonicMs();
    this.#lastUsedMs = nowMs;
    const refusal = this.#refusalOf(frame, nowMs);
    if (refusal !== undefined) return Promise.resolve(refusal);
    return new Promise((settle) => {
      this.#entries.push({
        frame,
        settle,
        firstSentAtMs: undefined,
        failures: 0,
        maybeStored: false,
      });
      this.#schedule();
    });
  }

  /** Frames that wait are refused; those on their way are `unknown` unless their answer comes. */
  close(): void {
    this.#closed = true;
    this.#refuseAll('closed', CLOSED);
    for (const end of this.#pauses) end();
  }

  #refusalOf(frame: OutgoingFrame, nowMs: number): SendOutcome | undefined {
    if (this.#closed) return { kind: 'refused', reason: 'closed', error: CLOSED };
    if (this.#entries.size >= this.#options.maxBufferedFrames) {
      const error = `${this.#entries.size} frames wait for queue "${this.queue}" already.`;
      return { kind: 'refused', reason: 'overloaded', error };
    }
    if (nowMs < this.#goneUntilMs)
      return { kind: 'refused', reason: 'gone', error: 'The queue does not exist.' };
    return this.#selfCallRefusal(frame);
  }

  #selfCallRefusal(frame: OutgoingFrame): SendOutcome | undefined {
    if (frame.nested !== true || this.#queueUrl === undefined) return undefined;
    if (this.#options.wouldWaitForItself?.(this.#queueUrl) !== true) return undefined;
    const error = `A handler of this process calls "${this.queue}", which this process serves with no free slot.`;
    return { kind: 'refused', reason: 'overloaded', error };
  }

  #schedule(): void {
    if (this.#scheduled || this.#resolving) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const queueUrl = this.#queueUrl;
    if (queueUrl === undefined) {
      if (!this.#resolving && this.#entries.size > 0) void this.#resolve();
      return;
    }
    const { maxBatchEntries } = this.#options.api.service.limits;
    while (this.#entries.size > 0 && this.#inFlight < MAX_IN_FLIGHT) {
      const mayBeUnfilled = this.#unfilledInFlight < MAX_UNFILLED_IN_FLIGHT;
      if (this.#entries.size < maxBatchEntries && !mayBeUnfilled) return;
      const batch = this.#entries.cutBatch(this.#options.api.runtime.monotonicMs());
      if (batch === undefined) return;
      void this.#dispatch(queueUrl, batch);
    }
  }

  async #resolve(): Promise<void> {
    const { runtime } = this.#options.api;
    this.#resolving = true;
    for (let failures = 1; ; failures += 1) {
      const result = await this.#options.resolveUrl();
      if (result.kind === 'ok') {
        this.#queueUrl = result.queueUrl;
        break;
      }
      const reason = FINAL[result.kind];
      if (reason !== undefined || this.#closed) {
        this.#refuseAll(reason ?? 'closed', result.error);
        break;
      }
      const nowMs = runtime.monotonicMs();
      this.#settleWaiting((entry) => {
        entry.lastError = result.error;
        return outcomeWhenOver(entry, nowMs);
      });
      if (this.#entries.size === 0) break;
      await this.#pause(failures, result.error);
      if (this.#closed) break;
    }
    this.#resolving = false;
    this.#lastUsedMs = runtime.monotonicMs();
    // Nested calls that came before the URL was known are judged now.
    this.#settleWaiting(({ frame, maybeStored }) =>
      maybeStored ? undefined : this.#selfCallRefusal(frame),
    );
    this.#flush();
  }

  async #dispatch(queueUrl: string, batch: Batch): Promise<void> {
    const { api, budget } = this.#options;
    const unfilled = batch.entries.length < api.service.limits.maxBatchEntries;
    this.#inFlight += 1;
    if (unfilled) this.#unfilledInFlight += 1;
    const result = await api.sendBatch({ queueUrl, entries: batch.messages });
    this.#inFlight -= 1;
    if (unfilled) this.#unfilledInFlight -= 1;
    this.#lastUsedMs = api.runtime.monotonicMs();
    const again: OutboxEntry[] = [];
    const done: OutboxEntry[] = [];
    let error = '';
    for (const [index, entry] of batch.entries.entries()) {
      const outcome = result.kind === 'ok' ? (result.entries[index] ?? MISSING) : result;
      if (outcome.kind === 'ok') {
        this.#everAccepted = true;
        budget.succeeded();
        entry.settle({ kind: 'accepted', messageId: outcome.messageId });
        done.push(entry);
      } else if (this.#settlesBy(entry, outcome)) {
        done.push(entry);
      } else {
        again.push(entry);
        ({ error } = outcome);
      }
    }
    this.#entries.release(done);
    this.#flush();
    if (again.length > 0) await this.#retry(again, error);
  }

  /** O2. True when the failure is this entry's outcome; false when it is to be sent again. */
  #settlesBy(entry: OutboxEntry, failure: Failure): boolean {
    const nowMs = this.#options.api.runtime.monotonicMs();
    entry.failures += 1;
    entry.lastError = failure.error;
    if (failure.kind === 'unknown' || failure.kind === 'aborted') entry.maybeStored = true;
    const reason =
      failure.kind === 'gone' && this.#notYet(entry, nowMs) ? undefined : FINAL[failure.kind];
    if (reason !== undefined) {
      if (reason === 'gone') this.#becameGone(nowMs);
      entry.settle(entry.maybeStored ? LOST : { kind: 'refused', reason, error: failure.error });
      return true;
    }
    if (nowMs < entry.frame.deadlineMs && !this.#closed && !entry.frame.withdrawn()) return false;
    entry.settle(
      entry.maybeStored
        ? { kind: 'unknown', error: failure.error }
        : {
            kind: 'refused',
            reason: this.#closed ? 'closed' : 'unavailable',
            error: failure.error,
          },
    );
    return true;
  }

  #notYet(entry: OutboxEntry, nowMs: number): boolean {
    const { goneGraceMs } = this.#options;
    return !this.#everAccepted && nowMs < (entry.firstSentAtMs ?? nowMs) + goneGraceMs;
  }

  #becameGone(nowMs: number): void {
    this.#options.onGone?.();
    if (this.#options.goneGraceMs > 0) this.#goneUntilMs = nowMs + GONE_FOR_MS;
    else this.#queueUrl = undefined;
  }

  /** O3: until the pause is over the entries' groups stay busy, so nothing overtakes them. */
  async #retry(entries: readonly OutboxEntry[], error: string): Promise<void> {
    this.#retrying += entries.length;
    await this.#pause(Math.max(...entries.map(({ failures }) => failures)), error);
    this.#retrying -= entries.length;
    this.#entries.release(entries);
    this.#entries.putBack(entries);
    if (this.#closed) this.#refuseAll('closed', CLOSED);
    else this.#flush();
  }

  #pause(failures: number, error: string): Promise<void> {
    const { api, budget } = this.#options;
    const { runtime } = api;
    const retryInMs =
      backoffDelayMs(SEND_BACKOFF, failures, () => runtime.random()) + budget.takeDelayMs();
    notify(api.observer, { kind: 'sendRetried', queue: this.queue, error, retryInMs });
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const timer = runtime.setTimer(retryInMs, end, { keepAlive: true });
      this.#pauses.add(end);
    });
  }

  #refuseAll(reason: RefusalReason, error: string): void {
    for (const entry of this.#entries.takeAll()) {
      entry.settle(entry.maybeStored ? LOST : { kind: 'refused', reason, error });
    }
  }

  /** Sifts what waits: an entry for which there is an outcome already is settled with it. */
  #settleWaiting(outcomeOf: (entry: OutboxEntry) => SendOutcome | undefined): void {
    for (const entry of this.#entries.takeAll()) {
      const outcome = outcomeOf(entry);
      if (outcome === undefined) this.#entries.push(entry);
      else entry.settle(outcome);
    }
  }
}

/** Failures that no retry mends, and what they are to the sender. */
const FINAL: Readonly<Partial<Record<FailureKind, RefusalReason>>> = {
  gone: 'gone',
  denied: 'denied',
  invalid: 'invalid',
  tooLarge: 'tooLarge',
  exists: 'invalid',
  staleHandle: 'invalid',
};

const CLOSED = 'The transport was closed.';

const MISSING: Failure = { kind: 'unknown', error: 'The answer does not mention this entry.' };
