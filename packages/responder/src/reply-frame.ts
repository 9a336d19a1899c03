import { isFifo, type OutgoingFrame, type Runtime } from '@replyq/contract/transport';
import type { HeaderRecord, Mutable, WireFrame } from '@replyq/contract/wire';
import type { Route } from './admission.ts';

/** Where a reply goes, and for how long that is tried. */
export interface ReplyDestination {
  readonly route: Route;
  /** Monotonic; past it nobody waits. */
  readonly deadlineMs: number;
  /** How long it may be kept so that more leave together. Default: not at all. */
  readonly patienceMs?: number;
  /** Whether it may share a message with other replies: whoever asked is replyq, which reads that. */
  readonly pack: boolean;
}

/** 132 bits: no two replies share a deduplication id. */
const FIFO_ID_CHARACTERS = 22;

/** A reply on its way out. The outbox owns it, and forgets it when it is sent. */
export class ReplyFrame implements OutgoingFrame {
  readonly deadlineMs: number;
  readonly pack: boolean;
  readonly patienceMs: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly #runtime: Runtime;
  readonly #header: HeaderRecord;
  readonly #body: string;
  readonly #virtualQueue: string | undefined;

  constructor(
    runtime: Runtime,
    header: HeaderRecord,
    body: string,
    { deadlineMs, pack, patienceMs = 0, route }: ReplyDestination,
  ) {
    const { outbox, virtualQueue } = route;
    this.deadlineMs = deadlineMs;
    this.pack = pack;
    this.patienceMs = patienceMs;
    this.#runtime = runtime;
    this.#header = header;
    this.#body = body;
    this.#virtualQueue = virtualQueue;
    if (isFifo(outbox.queue)) {
      // A FIFO reply queue wants both ids; each reply is a group and a message of its own.
      this.deduplicationId = runtime.createId(FIFO_ID_CHARACTERS);
      this.groupId = virtualQueue ?? this.deduplicationId;
    }
  }

  withdrawn(): boolean {
    return this.#runtime.monotonicMs() >= this.deadlineMs;
  }

  encode(): WireFrame {
    const frame: Mutable<WireFrame> = { header: this.#header, body: this.#body, attributes: {} };
    if (this.#virtualQueue !== undefined) frame.virtualQueue = this.#virtualQueue;
    return frame;
  }
}
