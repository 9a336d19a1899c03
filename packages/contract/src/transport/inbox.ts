import type { Delivery } from './delivery.ts';

/** Where deliveries come from: one queue, as this process reads it. */
export interface Inbox {
  /** The queue's name, for messages and observers. */
  readonly queue: string;
  /**
   * How many frames in one message this reader takes now, which a responder tells its callers; 0: none
   * together. May fall to 0 while it reads: where what was received again cannot be sent singly.
   */
  readonly framesPerMessage: number;
  /**
   * Waits for frames, at most the long-poll time. Never rejects: a failed receive is observed,
   * backed off from and answered with no deliveries, so that a loop may just call again. May be
   * called while another receive is open. Aborting `signal` ends the wait at once; a message that
   * the service had already handed to this poll then comes back after its visibility timeout.
   */
  receive(options: ReceiveOptions): Promise<Received>;
  /** Sends all acks and releases that wait, now. Resolves when each has been tried. Never rejects. */
  flush(): Promise<void>;
  /**
   * Hands out nothing more: what was received and not handed out is given back, at once; so is what
   * an open poll still brings. Deliveries that are out stay held. Receives answer `closed`. Resolves
   * when the open polls have ended, each in its own time: what they are handed is then given back.
   */
  stop(): Promise<void>;
  /** Stops, flushes, and gives back (releases) deliveries that nobody has settled. Idempotent. */
  close(): Promise<void>;
  health(): InboxHealth;
}

export interface ReceiveOptions {
  /**
   * At most this many deliveries, one or more: there is room for these beyond what was handed out
   * before. Frames beyond wait here, held, for the next receive. Infinity: all that come.
   */
  readonly maxFrames: number;
  readonly signal?: AbortSignal;
  /** False: waits only for polls that earlier receives left open; `idle` if there is none. Default true. */
  readonly begin?: boolean;
}

/** How a receive ended. The step says why; the loop decides. */
export type Received =
  | {
      readonly kind: 'deliveries';
      readonly deliveries: readonly Delivery[];
      /** Left out: this inbox does not tell. */
      readonly polled?: Polled;
    }
  /** The queue does not exist (any more). For a reply queue: its calls are lost, `ready()` makes a new one. */
  | { readonly kind: 'gone'; readonly error: string }
  /** No poll is open, and none was to be begun. */
  | { readonly kind: 'idle' }
  /** This inbox was stopped or closed. */
  | { readonly kind: 'closed' };

/** What the polls tell that brought some deliveries, as there may be several open at once. */
export interface Polled {
  /** One brought as much as it asked for, or more waits here: the queue may well have more. */
  readonly more: boolean;
  /** How long the shortest of them was under way. 0: what was handed out had waited here. */
  readonly tookMs: number;
}

export interface InboxHealth {
  /** False after three failed receives in a row, until one succeeds. */
  readonly healthy: boolean;
  readonly failuresInARow: number;
  /** How long ago a receive last succeeded; undefined: never. */
  readonly lastReceiveAgoMs?: number;
  readonly lastError?: string;
}
