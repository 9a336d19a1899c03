import { messageOf } from '@replyq/contract';
import type { SendOutcome } from '@replyq/contract/transport';
import { BatchDraft, type Added, type Parcel } from './batch-draft.ts';
import { outcomeWhenOver, refused, type OutboxEntry } from './outbox-entry.ts';
import type { Packing } from './packing.ts';
import type { ServiceLimits } from './queue-service.ts';

export interface Batch {
  readonly parcels: readonly Parcel[];
  /** It has as many messages as a batch takes, or as many bytes. */
  readonly full: boolean;
}

/**
 * The frames that wait in one outbox, and how batches are cut from them. Order is kept within a
 * group; on a FIFO queue a group has at most one frame on its way: an entry can fail alone, and what
 * stood behind it in the same batch would be stored before it.
 */
export class OutboxQueue {
  readonly #limits: ServiceLimits;
  readonly #packing: Packing;
  readonly #fifo: boolean;
  readonly #busyGroups = new Set<string>();
  #waiting: OutboxEntry[] = [];
  /** Of the least patient of those that wait; Infinity: none waits. */
  #patienceMs = Infinity;
  /** Whether the last batch was of frames that share messages. */
  #packedWell = true;

  constructor(limits: ServiceLimits, packing: Packing, fifo: boolean) {
    this.#limits = limits;
    this.#packing = packing;
    this.#fifo = fifo;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /**
   * How long after the last batch those that wait may be kept. Not where a group's next frame waits for the
   * answer to the one before: what is kept there adds up.
   */
  get patienceMs(): number {
    return this.#fifo ? 0 : this.#patienceMs;
  }

  push(entry: OutboxEntry): void {
    this.#waiting.push(entry);
    this.#patienceMs = Math.min(this.#patienceMs, entry.patienceMs);
  }

  /** Entries that failed go before what came after them. */
  putBack(entries: readonly OutboxEntry[]): void {
    this.#waiting.unshift(...entries);
    this.#patienceMs = leastPatienceMs(entries, this.#patienceMs);
  }

  /** Settles those for which there is an outcome already. */
  sift(outcomeOf: (entry: OutboxEntry) => SendOutcome | undefined): void {
    const all = this.#waiting;
    this.#waiting = [];
    this.#patienceMs = Infinity;
    for (const entry of all) {
      const outcome = outcomeOf(entry);
      if (outcome === undefined) this.push(entry);
      else entry.settle(outcome);
    }
  }

  /** Whether as many wait as a batch takes, as far as can be told before they are written. */
  fillsBatch(): boolean {
    const each = this.#fifo || !this.#packedWell ? 1 : this.#packing.framesPerMessage();
    return this.#waiting.length >= this.#limits.maxBatchEntries * each;
  }

  /** When the first of those that wait is over; Infinity: none waits. */
  earliestDeadlineMs(): number {
    return this.#waiting.reduce(
      (earliest, { frame }) => Math.min(earliest, frame.deadlineMs),
      Infinity,
    );
  }

  /** The groups of these entries may be sent from again. */
  release(entries: readonly OutboxEntry[]): void {
    for (const { frame } of entries) this.#busyGroups.delete(frame.groupId ?? '');
  }

  /**
   * Cuts the next batch: encodes each frame with the time that it has left, and settles those that
   * nobody waits for or that cannot be sent. Undefined: nothing can leave now.
   */
  cutBatch(nowMs: number, serviceNowMs: number): Batch | undefined {
    const framesPerMessage = this.#fifo ? 1 : this.#packing.framesPerMessage();
    const draft = new BatchDraft(this.#limits, this.#packing, framesPerMessage);
    const kept: OutboxEntry[] = [];
    const blocked = new Set<string>();
    let taken = 0;
    let full = false;
    for (const entry of this.#waiting) {
      if (draft.isFull) break;
      const group = this.#fifo ? (entry.frame.groupId ?? '') : undefined;
      if (group !== undefined && (this.#busyGroups.has(group) || blocked.has(group))) {
        blocked.add(group);
        kept.push(entry);
        taken += 1;
        continue;
      }
      if (entry.alone && draft.size > 0) break;
      const added = this.#add(draft, entry, nowMs, serviceNowMs);
      full = added === 'full';
      if (full) break;
      taken += 1;
      if (added === 'added') {
        entry.firstSentAtMs ??= nowMs;
        if (group !== undefined) blocked.add(group);
      }
      if (entry.alone && draft.size > 0) break;
    }
    const left = this.#waiting.slice(taken);
    this.#waiting = kept.length === 0 ? left : kept.concat(left);
    this.#patienceMs = leastPatienceMs(this.#waiting);
    if (draft.size === 0) return undefined;
    this.#packedWell = draft.packsWell;
    const parcels = draft.parcels();
    if (this.#fifo) {
      for (const { entries } of parcels)
        for (const { frame } of entries) this.#busyGroups.add(frame.groupId ?? '');
    }
    return { parcels, full: full || parcels.length >= this.#limits.maxBatchEntries };
  }

  /** Writes the frame into the draft; `settled`: it got its outcome instead. */
  #add(
    draft: BatchDraft,
    entry: OutboxEntry,
    nowMs: number,
    serviceNowMs: number,
  ): 'added' | 'full' | 'settled' {
    const { frame } = entry;
    const over = outcomeWhenOver(entry, nowMs);
    if (over !== undefined) {
      entry.settle(over);
      return 'settled';
    }
    let added: Added;
    try {
      added = draft.add(entry, frame.encode(frame.deadlineMs - nowMs, serviceNowMs));
    } catch (cause) {
      entry.settle(refused(entry, 'invalid', messageOf(cause)));
      return 'settled';
    }
    if (typeof added === 'string') return added;
    const error = `The message is ${added.tooLarge} bytes; the queue takes ${this.#limits.maxMessageBytes}.`;
    entry.settle(refused(entry, 'tooLarge', error));
    return 'settled';
  }
}

function leastPatienceMs(entries: readonly OutboxEntry[], leastMs = Infinity): number {
  return entries.reduce((least, { patienceMs }) => Math.min(least, patienceMs), leastMs);
}
