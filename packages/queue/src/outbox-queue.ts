import { messageOf } from '@replyq/contract';
import { writeMessage } from '@replyq/contract/wire';
import type { OutgoingFrame } from '@replyq/contract/transport';
import { messageBytes } from './message-bytes.ts';
import { outcomeWhenOver, refused, type OutboxEntry } from './outbox-entry.ts';
import type { OutgoingMessage, ServiceLimits } from './queue-service.ts';

export interface Batch {
  readonly entries: readonly OutboxEntry[];
  readonly messages: readonly OutgoingMessage[];
}

/**
 * The frames that wait in one outbox, and how batches are cut from them. Order is kept within a
 * group; on a FIFO queue a group has at most one frame on its way: an entry can fail alone, and what
 * stood behind it in the same batch would be stored before it.
 */
export class OutboxQueue {
  readonly #limits: ServiceLimits;
  readonly #fifo: boolean;
  readonly #busyGroups = new Set<string>();
  #waiting: OutboxEntry[] = [];

  constructor(limits: ServiceLimits, fifo: boolean) {
    this.#limits = limits;
    this.#fifo = fifo;
  }

  get size(): number {
    return this.#waiting.length;
  }

  push(entry: OutboxEntry): void {
    this.#waiting.push(entry);
  }

  /** Entries that failed go before what came after them. */
  putBack(entries: readonly OutboxEntry[]): void {
    this.#waiting.unshift(...entries);
  }

  takeAll(): readonly OutboxEntry[] {
    const all = this.#waiting;
    this.#waiting = [];
    return all;
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
  cutBatch(nowMs: number): Batch | undefined {
    const entries: OutboxEntry[] = [];
    const messages: OutgoingMessage[] = [];
    const kept: OutboxEntry[] = [];
    const blocked = new Set<string>();
    let bytes = 0;
    let taken = 0;
    for (const entry of this.#waiting) {
      if (entries.length === this.#limits.maxBatchEntries) break;
      const group = this.#fifo ? (entry.frame.groupId ?? '') : undefined;
      if (group !== undefined && (this.#busyGroups.has(group) || blocked.has(group))) {
        blocked.add(group);
        kept.push(entry);
        taken += 1;
        continue;
      }
      if (entry.alone && entries.length > 0) break;
      const written = this.#write(entry, nowMs);
      if (written !== undefined) {
        if (bytes + written.bytes > this.#limits.maxBatchBytes) break;
        bytes += written.bytes;
        entries.push(entry);
        messages.push(written.message);
        if (group !== undefined) blocked.add(group);
      }
      taken += 1;
      if (entry.alone && entries.length > 0) break;
    }
    this.#waiting =
      kept.length === 0 ? this.#waiting.slice(taken) : kept.concat(this.#waiting.slice(taken));
    if (entries.length === 0) return undefined;
    for (const entry of entries) {
      entry.firstSentAtMs ??= nowMs;
      if (this.#fifo) this.#busyGroups.add(entry.frame.groupId ?? '');
    }
    return { entries, messages };
  }

  /** The message, or undefined when the entry was settled instead. */
  #write(
    entry: OutboxEntry,
    nowMs: number,
  ): { message: OutgoingMessage; bytes: number } | undefined {
    const { frame } = entry;
    const over = outcomeWhenOver(entry, nowMs);
    if (over !== undefined) {
      entry.settle(over);
      return undefined;
    }
    try {
      const message: OutgoingMessage = {
        ...writeMessage(frame.encode(frame.deadlineMs - nowMs)),
        ...delivery(frame),
      };
      const bytes = messageBytes(message);
      if (bytes <= this.#limits.maxMessageBytes) return { message, bytes };
      const error = `The message is ${bytes} bytes; the queue takes ${this.#limits.maxMessageBytes}.`;
      entry.settle(refused(entry, 'tooLarge', error));
    } catch (cause) {
      entry.settle(refused(entry, 'invalid', messageOf(cause)));
    }
    return undefined;
  }
}

function delivery(frame: OutgoingFrame): Partial<OutgoingMessage> {
  return {
    ...(frame.groupId === undefined ? {} : { groupId: frame.groupId }),
    ...(frame.deduplicationId === undefined ? {} : { deduplicationId: frame.deduplicationId }),
    ...(frame.delayMs === undefined ? {} : { delayMs: frame.delayMs }),
  };
}
