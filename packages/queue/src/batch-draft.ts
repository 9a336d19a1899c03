import {
  isTaskFrame,
  packedBytes,
  packKey,
  packLeadBytes,
  writeMessage,
  writePackOf,
  type WireFrame,
} from '@replyq/contract/wire';
import type { OutgoingFrame } from '@replyq/contract/transport';
import { messageBytes } from './message-bytes.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { MAX_PACK_BYTES, MAX_PACKED_FRAME_BYTES, type Packing } from './packing.ts';
import type { OutgoingMessage, ServiceLimits } from './queue-service.ts';

/** One message of a batch and whose frames it holds. */
export interface Parcel {
  readonly entries: readonly OutboxEntry[];
  readonly message: OutgoingMessage;
}

interface Draft {
  /** Frames with this key may join; undefined: it travels alone. */
  readonly key: string | undefined;
  readonly entries: OutboxEntry[];
  readonly frames: WireFrame[];
  /** The first frame's own message, until another joins it. */
  readonly single: OutgoingMessage;
  /** What it counts for in the batch, and what it would as a pack, both at most. */
  bytes: number;
  packBytes: number;
}

export type Added = 'added' | 'full' | { readonly tooLarge: number };

/**
 * One batch as it forms: frames that may share a message do, up to so many in one and up to 64 KiB;
 * others get a message each.
 */
export class BatchDraft {
  readonly #limits: ServiceLimits;
  readonly #packing: Packing;
  readonly #framesPerMessage: number;
  readonly #drafts: Draft[] = [];
  #bytes = 0;
  #packable = 0;
  #frames = 0;

  constructor(limits: ServiceLimits, packing: Packing, framesPerMessage: number) {
    this.#limits = limits;
    this.#packing = packing;
    this.#framesPerMessage = framesPerMessage;
  }

  get size(): number {
    return this.#frames;
  }

  /** Whether most of its frames could share messages. */
  get packsWell(): boolean {
    return this.#packable * 2 > this.#frames;
  }

  /** No frame can be added, whatever it is. */
  get isFull(): boolean {
    return (
      this.#drafts.length >= this.#limits.maxBatchEntries &&
      this.#drafts.every(
        ({ key, entries }) => key === undefined || entries.length >= this.#framesPerMessage,
      )
    );
  }

  /** Adds a frame as it is written now, or says why not. */
  add(entry: OutboxEntry, frame: WireFrame): Added {
    const key = this.#keyOf(entry, frame);
    const bytes = key === undefined ? Infinity : packedBytes(frame);
    const packable = key !== undefined && bytes <= MAX_PACKED_FRAME_BYTES;
    const open = packable ? this.#openFor(key, bytes) : undefined;
    if (open !== undefined) {
      open.entries.push(entry);
      open.frames.push(frame);
    } else {
      if (this.#drafts.length >= this.#limits.maxBatchEntries) return 'full';
      const single = { ...writeMessage(frame), ...delivery(entry.frame) };
      const singleBytes = messageBytes(single);
      if (singleBytes > this.#limits.maxMessageBytes) return { tooLarge: singleBytes };
      if (this.#bytes + singleBytes > this.#limits.maxBatchBytes) return 'full';
      this.#bytes += singleBytes;
      this.#drafts.push({
        key: packable ? key : undefined,
        entries: [entry],
        frames: [frame],
        single,
        bytes: singleBytes,
        packBytes: packLeadBytes + bytes,
      });
    }
    this.#frames += 1;
    if (packable) this.#packable += 1;
    return 'added';
  }

  parcels(): readonly Parcel[] {
    return this.#drafts.map(({ entries, frames, single }) => {
      const [first] = entries;
      if (entries.length === 1 || first === undefined) return { entries, message: single };
      return { entries, message: { ...writePackOf(frames), ...delivery(first.frame) } };
    });
  }

  /** Undefined: the frame travels alone. */
  #keyOf({ alone, frame: outgoing }: OutboxEntry, frame: WireFrame): string | undefined {
    if (this.#framesPerMessage <= 1 || outgoing.pack === false || alone) return undefined;
    if (outgoing.delayMs !== undefined) return undefined;
    const isTask = isTaskFrame(frame) && frame.virtualQueue === undefined;
    if (isTask && !this.#packing.withoutReply) return undefined;
    const key = packKey(frame);
    return key === undefined || outgoing.groupId === undefined ? key : `${outgoing.groupId} ${key}`;
  }

  /** The message that the frame joins; its bytes are taken already. */
  #openFor(key: string, bytes: number): Draft | undefined {
    const most = Math.min(MAX_PACK_BYTES, this.#limits.maxMessageBytes);
    const draft = this.#drafts.findLast(
      (each) =>
        each.key === key &&
        each.entries.length < this.#framesPerMessage &&
        each.packBytes + bytes <= most,
    );
    if (draft === undefined) return undefined;
    const packBytes = draft.packBytes + bytes;
    const more = Math.max(0, packBytes - draft.bytes);
    if (this.#bytes + more > this.#limits.maxBatchBytes) return undefined;
    draft.packBytes = packBytes;
    draft.bytes += more;
    this.#bytes += more;
    return draft;
  }
}

function delivery(frame: OutgoingFrame): Partial<OutgoingMessage> {
  return {
    ...(frame.groupId === undefined ? {} : { groupId: frame.groupId }),
    ...(frame.deduplicationId === undefined ? {} : { deduplicationId: frame.deduplicationId }),
    ...(frame.delayMs === undefined ? {} : { delayMs: frame.delayMs }),
  };
}
