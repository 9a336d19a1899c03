import type { CallHappening, FrameFact, TaskFact } from '../fact.ts';
import type { ProcessTrace } from './process-trace.ts';

/**
 * What a history tells of one thing, gathered from all its facts. Only the index writes to these.
 * `order` is a fact's place in the history: of two facts of the same instant it tells the first.
 * What never happened has the order, and the time, `Infinity`.
 */
export interface CallTrace {
  readonly call: string;
  readonly process: ProcessTrace;
  readonly order: number;
  readonly startedMs: number;
  readonly timeoutMs: number;
  readonly idempotencyKey: string | undefined;
  readonly probe: boolean;
  readonly task: TaskFact | undefined;
  /** When its caller gave up. */
  abortedMs: number;
  abortedOrder: number;
  readonly settlements: Settlement[];
  readonly runs: RunTrace[];
  /** Its request on the wire, if the history tells which one that is. */
  request: RequestTrace | undefined;
}

export interface Settlement {
  readonly order: number;
  readonly atMs: number;
  readonly fact: Extract<CallHappening, { readonly kind: 'callSettled' }>;
}

export interface RunTrace {
  readonly run: string;
  readonly call: string;
  readonly callId: string;
  readonly process: ProcessTrace;
  readonly order: number;
  readonly startedMs: number;
  readonly idempotent: boolean;
  /** The newest claim that its process had been granted for it. */
  readonly claim: ClaimTrace | undefined;
  readonly idempotencyKey: string | undefined;
  readonly attempt: number | undefined;
  succeeded: boolean;
  /** It failed, and said that another run would, too. */
  final: boolean;
  abortedMs: number;
  abortedOrder: number;
  /** The name of what its signal aborted with. */
  abortReason: string | undefined;
  endedMs: number;
  endedOrder: number;
}

/** One request by its call id, in however many messages. */
export interface RequestTrace {
  readonly callId: string;
  readonly carriers: Carrier[];
  /** When a reply to it was first stored. */
  repliedOrder: number;
  /** When a reply to it was first refused for good. */
  refusedOrder: number;
  /** Its caller's sends that came back with a failure. */
  failedSends: number;
  /** A responder that would send it on was told that it is no message. */
  unfit: boolean;
  /** Messages for which a FIFO queue has dropped it. */
  readonly droppedFor: string[];
  /** Somebody has sent it again by hand, and changed. */
  tampered: boolean;
  /** By when its time had run out in one of the messages that carried it. */
  earliestDeadlineMs: number;
}

/** One message with one request in it. */
export interface Carrier {
  readonly message: MessageTrace;
  readonly frame: FrameFact;
  /** 1: as its caller wrote it. */
  readonly attempt: number;
  readonly process: ProcessTrace;
  readonly copy: boolean;
  readonly order: number;
  readonly storedMs: number;
}

export interface MessageTrace {
  readonly messageId: string;
  readonly queue: string;
  readonly frames: readonly FrameFact[];
  readonly storedOrder: number;
  readonly storedMs: number;
  readonly receipts: Receipt[];
  readonly deletions: Deletion[];
}

/** The service handed a message to a process. */
export interface Receipt {
  readonly message: MessageTrace;
  readonly process: ProcessTrace;
  readonly order: number;
  readonly atMs: number;
  readonly receiveCount: number;
  /** When the receive came back that brought it. */
  deliveredOrder: number;
  deliveredMs: number;
}

export interface Deletion {
  readonly process: ProcessTrace;
  readonly order: number;
  readonly atMs: number;
}

export interface QueueTrace {
  readonly queue: string;
  /** Who made it; undefined: it was there. */
  maker: ProcessTrace | undefined;
  deletion: Deletion | undefined;
  /** When it was last made. */
  createdOrder: number;
  createdMs: number;
  /** When its maker asked for its deletion. */
  deleteAskedOrder: number;
  holdsRequests: boolean;
  readonly polls: Map<ProcessTrace, Poll[]>;
}

export interface Poll {
  readonly order: number;
  readonly atMs: number;
  readonly ok: boolean;
  readonly gone: boolean;
}

/** One key of the shared reply store. */
export interface KeyTrace {
  readonly key: string;
  /** Its last part: an idempotency key or a call id. */
  readonly id: string;
  newestToken: string | undefined;
  readonly claims: ClaimTrace[];
  records: readonly KeyRecord[];
  /** The store has lost it once, by a fault. */
  forgotten: boolean;
}

export interface KeyRecord {
  readonly order: number;
  readonly atMs: number;
  readonly token: string;
  /** Whether nobody had claimed the key after this token. */
  readonly newest: boolean;
}

export interface ClaimTrace {
  readonly key: KeyTrace;
  readonly token: string;
  readonly process: ProcessTrace;
  readonly order: number;
  readonly atMs: number;
  readonly leases: Lease[];
  /** When it was recorded or abandoned. */
  endedOrder: number;
}

export interface Lease {
  readonly order: number;
  readonly untilMs: number;
}
