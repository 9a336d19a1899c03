import {
  isFifo,
  type Outbox,
  type OutgoingFrame,
  type RefusalReason,
  type SendOutcome,
} from '@replyq/contract/transport';
import { BatchAllowance } from './batch-allowance.ts';
import { OutboxAddress, type OutboxAddressOptions } from './outbox-address.ts';
import { finalReason, outcomeWhenOver, refused, type OutboxEntry } from './outbox-entry.ts';
import { OutboxQueue, type Batch } from './outbox-queue.ts';
import { OutboxRecovery } from './outbox-recovery.ts';
import { patienceMs } from './patience.ts';
import type { Packing } from './packing.ts';
import type { QueueApi } from './queue-api.ts';
import type { Failure } from './queue-service.ts';
import type { RetryBudget } from './retry.ts';

/** Batches on their way at once. */
const MAX_IN_FLIGHT = 16;

/** Batches on their way that are not full: at most so many, however long the way is. */
const UNFILLED = 4;
/** Over a short way: who waits, waits a few milliseconds and leaves with others. Two, so that both sides have work. */
const UNFILLED_OVER_A_SHORT_WAY = 2;

/** How often a full buffer is searched for frames that nobody waits for, at most. */
const MAKE_ROOM_EVERY_MS = 20;

export interface QueueOutboxOptions extends OutboxAddressOptions {
  readonly api: QueueApi;
  readonly budget: RetryBudget;
  readonly queue: string;
  readonly maxBufferedFrames: number;
  readonly packing: Packing;
  /** True when a handler of this process calls a queue that this process serves, with no free slot. */
  readonly wouldWaitForItself?: (queueUrl: string) => boolean;
}

/**
 * Sends frames to one queue: what is ready when a microtask turn ends leaves together, unless it has the
 * patience to wait for more. The one layer that retries; each frame learns the outcome of its own entry.
 *
 * O1: a frame is encoded and sent only while somebody waits for it and its deadline is ahead.
 * O2: an outcome other than `unknown` is certain; once an attempt may have been stored, no failure
 *     of a later one makes it `refused`.
 * O3: on a FIFO queue, a group's frames are sent in order, and wait behind one that failed.
 * O4: however much fails, the outbox pauses as a whole, and not longer than the fault lasts by much.
 */
export class QueueOutbox implements Outbox {
  readonly queue: string;
  readonly #options: QueueOutboxOptions;
  readonly #entries: OutboxQueue;
  readonly #address: OutboxAddress;
  readonly #unfilled: BatchAllowance;
  readonly #recovery: OutboxRecovery;
  #searching = false;
  #scheduled = false;
  #inFlight = 0;
  readonly #closing = new AbortController();
  #lastUsedMs: number;
  #madeRoomMs = -Infinity;

  constructor(options: QueueOutboxOptions) {
    this.#options = options;
    this.queue = options.queue;
    this.#entries = new OutboxQueue(
      options.api.service.limits,
      options.packing,
      isFifo(options.queue),
    );
    this.#address = new OutboxAddress(options);
    const { runtime, trips } = options.api;
    this.#lastUsedMs = runtime.monotonicMs();
    const onReady = (): void => this.#flush();
    const unfilled = (): number => (trips.areShort ? UNFILLED_OVER_A_SHORT_WAY : UNFILLED);
    this.#unfilled = new BatchAllowance({ runtime, most: unfilled, onReady });
    this.#recovery = new OutboxRecovery({
      ...options,
      earliestDeadlineMs: () => this.#entries.earliestDeadlineMs(),
      onDeadlines: (nowMs, error) => this.#settleOver(nowMs, error),
      onReady,
    });
  }

  /** Nothing waits or is on its way, since when; undefined: in use. */
  idleSinceMs(): number | undefined {
    const idle = this.#entries.size + this.#inFlight === 0 && !this.#searching;
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
        patienceMs: patienceMs(frame, nowMs),
        firstSentAtMs: undefined,
        credentialFailures: 0,
        alone: false,
        maybeStored: false,
      });
      this.#recovery.ringBy(frame.deadlineMs);
      this.#schedule();
    });
  }

  prepare(): void {
    if (this.#address.queueUrl === undefined && !this.#searching && !this.#closed)
      void this.#search();
  }

  heardPacks(framesPerMessage: number | undefined): void {
    this.#options.packing.heard(framesPerMessage);
  }

  /** Frames that wait are refused; those on their way are `unknown` unless their answer comes. */
  close(): void {
    this.#closing.abort();
    this.#recovery.end();
    this.#unfilled.end();
    this.#refuseAll('closed', CLOSED);
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #refusalOf(frame: OutgoingFrame, nowMs: number): SendOutcome | undefined {
    if (this.#closed) return { kind: 'refused', reason: 'closed', error: CLOSED };
    if (this.#entries.size >= this.#options.maxBufferedFrames) this.#makeRoom(nowMs);
    if (this.#entries.size >= this.#options.maxBufferedFrames) {
      const error = `${this.#entries.size} frames wait for queue "${this.queue}" already.`;
      return { kind: 'refused', reason: 'overloaded', error };
    }
    if (this.#address.presence.isGone(nowMs))
      return { kind: 'refused', reason: 'gone', error: 'The queue does not exist.' };
    return this.#selfCallRefusal(frame);
  }

  /** Those that nobody waits for leave their places to others. It takes a look at each: not with every frame that is too many. */
  #makeRoom(nowMs: number): void {
    if (nowMs < this.#madeRoomMs + MAKE_ROOM_EVERY_MS) return;
    this.#madeRoomMs = nowMs;
    this.#entries.sift((entry) => outcomeWhenOver(entry, nowMs));
  }

  #selfCallRefusal(frame: OutgoingFrame): SendOutcome | undefined {
    const { queueUrl } = this.#address;
    if (frame.nested !== true || queueUrl === undefined) return undefined;
    if (this.#options.wouldWaitForItself?.(queueUrl) !== true) return undefined;
    const error = `A handler of this process calls "${this.queue}", which this process serves with no free slot.`;
    return { kind: 'refused', reason: 'overloaded', error };
  }

  #schedule(): void {
    if (this.#scheduled || this.#searching) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { queueUrl } = this.#address;
    if (queueUrl === undefined) {
      if (this.#entries.size > 0 && !this.#searching) void this.#search();
      return;
    }
    while (this.#entries.size > 0 && this.#inFlight < MAX_IN_FLIGHT) {
      if (!this.#recovery.mayLeave()) return; // O4.
      if (!this.#entries.fillsBatch() && !this.#unfilled.mayLeave(this.#entries.patienceMs)) return;
      const { api } = this.#options;
      const batch = this.#entries.cutBatch(api.runtime.monotonicMs(), api.serviceNowMs());
      if (batch === undefined) return;
      void this.#dispatch(queueUrl, batch);
    }
  }

  async #search(): Promise<void> {
    const { runtime } = this.#options.api;
    this.#searching = true;
    const none = await this.#address.search(async (failures, error) => {
      this.#settleOver(runtime.monotonicMs(), error);
      if (this.#entries.size === 0) return false;
      await this.#recovery.pause(failures, error);
      return !this.#closed;
    });
    if (none !== undefined) this.#refuseAll(none.reason, none.error);
    this.#searching = false;
    this.#lastUsedMs = runtime.monotonicMs();
    // Nested calls that came before the URL was known are judged now.
    this.#entries.sift(({ frame, maybeStored }) =>
      maybeStored ? undefined : this.#selfCallRefusal(frame),
    );
    this.#flush();
  }

  async #dispatch(queueUrl: string, { full, parcels }: Batch): Promise<void> {
    const { api } = this.#options;
    const frames = parcels.reduce((sum, { entries }) => sum + entries.length, 0);
    const attemptedMs = api.runtime.monotonicMs();
    this.#inFlight += 1;
    const answered = full ? undefined : this.#unfilled.left();
    const probed = this.#recovery.left();
    const messages = parcels.map(({ message }) => message);
    const result = await api.sendBatch({ queueUrl, entries: messages });
    this.#inFlight -= 1;
    answered?.();
    probed?.();
    this.#lastUsedMs = api.runtime.monotonicMs();
    const again: OutboxEntry[] = [];
    for (const [index, { entries }] of parcels.entries()) {
      const answer = result.kind === 'ok' ? (result.entries[index] ?? MISSING) : result;
      if (answer.kind === 'ok') {
        const outcome = this.#accepted(answer);
        for (const entry of entries) entry.settle(outcome);
        continue;
      }
      const shared = result.kind === 'ok' ? entries.length > 1 : frames > 1;
      for (const entry of entries) {
        const outcome = this.#outcomeOf(entry, answer, shared, attemptedMs);
        if (outcome === undefined) again.push(entry);
        else entry.settle(outcome);
      }
    }
    for (const { entries } of parcels) this.#entries.release(entries);
    // O3: back to the front at once, so that nothing of their groups overtakes them.
    this.#entries.putBack(again);
    if (this.#recovery.isPausing) this.#recovery.ringBy(this.#entries.earliestDeadlineMs());
    if (this.#closed) this.#refuseAll('closed', CLOSED);
    else if (again.some(({ alone }) => !alone))
      this.#recovery.failed(again.at(-1)?.lastError ?? '');
    this.#flush();
  }

  #accepted({ messageId }: { readonly messageId: string }): SendOutcome {
    this.#address.presence.accepted(this.#options.api.runtime.monotonicMs());
    this.#recovery.succeeded();
    return { kind: 'accepted', messageId };
  }

  /** O2. What a failed attempt is to its entry; undefined: it is to be sent again. */
  #outcomeOf(
    entry: OutboxEntry,
    failure: Failure,
    shared: boolean,
    attemptedMs: number,
  ): SendOutcome | undefined {
    const nowMs = this.#options.api.runtime.monotonicMs();
    entry.patienceMs = 0;
    // A batch, or a pack, that was refused for one of its frames: each may try by itself.
    entry.alone = shared && (failure.kind === 'invalid' || failure.kind === 'tooLarge');
    if (entry.alone) return undefined;
    if (failure.kind === 'credentials') entry.credentialFailures += 1;
    entry.lastError = failure.error;
    if (failure.kind === 'unknown' || failure.kind === 'aborted') entry.maybeStored = true;
    const notYet =
      failure.kind === 'gone' &&
      this.#address.presence.wasTooYoung(attemptedMs, entry.firstSentAtMs);
    const reason = notYet ? undefined : finalReason(failure, entry.credentialFailures);
    if (reason === 'gone') this.#address.becameGone(nowMs);
    if (reason !== undefined) return refused(entry, reason, failure.error);
    return this.#closed ? refused(entry, 'closed', failure.error) : outcomeWhenOver(entry, nowMs);
  }

  /** Those whose deadline has come; `error` is what kept them. */
  #settleOver(nowMs: number, error: string): void {
    this.#entries.sift((entry) => {
      entry.lastError ??= error;
      return outcomeWhenOver(entry, nowMs);
    });
  }

  #refuseAll(reason: RefusalReason, error: string): void {
    this.#entries.sift((entry) => refused(entry, reason, error));
  }
}

const CLOSED = 'The transport was closed.';

const MISSING: Failure = { kind: 'unknown', error: 'The answer does not mention this entry.' };
