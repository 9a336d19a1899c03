import type { Runtime } from '@replyq/contract/transport';

/** A frame above this leaves alone: what a pack saves, a large body does not need. */
export const MAX_PACKED_FRAME_BYTES = 8192;
/** One unit of SQS's bill, and the most that one lost message takes along. */
export const MAX_PACK_BYTES = 65_536;
/** How long what a responder said about packing holds: another version may be at work by then. */
const HEARD_FOR_MS = 300_000;

/** How many frames of one outbox may share a message. */
export interface Packing {
  /** Now; 1: none. */
  framesPerMessage(): number;
  /** Whether that counts for frames that get no reply, too. */
  readonly withoutReply: boolean;
  /** What a reply said; undefined: nothing. */
  heard(framesPerMessage: number | undefined): void;
}

/** A number that nobody changes: replies to readers that take packs, or 1. */
export function fixedPacking(framesPerMessage: number): Packing {
  return {
    framesPerMessage: () => framesPerMessage,
    withoutReply: false,
    heard() {},
  };
}

/**
 * Frames for responders that are known only by their replies: as many in a message as the most modest of them said
 * within five minutes, and none together before the first reply. What the user knows of them
 * (`known`) stands in for the first reply, and is never passed.
 */
export class NegotiatedPacking implements Packing {
  readonly #runtime: Runtime;
  readonly #known: number | undefined;
  /** When each number was last heard. */
  readonly #heardAtMs = new Map<number, number>();

  constructor(runtime: Runtime, known: number | undefined) {
    this.#runtime = runtime;
    this.#known = known;
  }

  get withoutReply(): boolean {
    return this.#known !== undefined;
  }

  framesPerMessage(): number {
    const sinceMs = this.#runtime.monotonicMs() - HEARD_FOR_MS;
    let least = Infinity;
    for (const [number, atMs] of this.#heardAtMs) {
      if (atMs < sinceMs) this.#heardAtMs.delete(number);
      else least = Math.min(least, number);
    }
    const heard = this.#heardAtMs.size === 0 ? undefined : least;
    return Math.min(heard ?? this.#known ?? 1, this.#known ?? Infinity);
  }

  heard(framesPerMessage: number | undefined = 1): void {
    this.#heardAtMs.set(Math.max(1, framesPerMessage), this.#runtime.monotonicMs());
  }
}
