import { MAX_HELD_BACK_MS, type BoundProcedure } from '@replyq/contract';
import type { CallScope, OutgoingFrame } from '@replyq/contract/transport';
import {
  encodeRequestHeader,
  type Content,
  type DecodedRequestHeader,
  type HeaderRecord,
  type MessageAttributes,
  SCHEDULE_FIELD,
  type ScheduleMark,
  type Mutable,
  type WireFrame,
} from '@replyq/contract/wire';
import { scopedDeduplicationId } from './deduplication-hash.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import { MAX_PACKED_TIMEOUT_MS } from './request-frame.ts';

export interface TaskFrameInit {
  readonly id: string;
  readonly procedure: BoundProcedure;
  readonly body: string;
  readonly content: Content;
  readonly attributes: MessageAttributes;
  readonly options: EnqueueOptions;
  readonly delayMs: number;
  readonly fifo: boolean;
  /** The call that it is enqueued from. */
  readonly scope: CallScope | undefined;
  /** Whether somebody wants to know how far it is. */
  readonly progress: boolean;
}

/** Where the result of a task goes. */
export interface ResultAddress {
  /** Nobody waits for the result any more: what has not left does not leave. */
  isUseless(): boolean;
  /** Called when the task is written. Throws where there is no reply queue. */
  write(): string;
}

/**
 * A task on its way to its queue. It has an address only where its result is waited for. Making one throws a
 * `WireError` where the options do not fit a message.
 */
export class TaskFrame implements OutgoingFrame {
  /** Set when its turn comes: until then it may be one of many that wait. */
  deadlineMs: number = Infinity;
  readonly pack: boolean;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly delayMs?: number;
  /** The user has given it up. */
  givenUp = false;
  /** Where its result goes. Undefined: nobody waits for it. */
  address: ResultAddress | undefined;
  /** Set before it is sent, of a task that can be replaced or cancelled. */
  schedule: ScheduleMark | undefined;
  readonly #init: TaskFrameInit;
  readonly #header: HeaderRecord;
  /** Fixed when it is first written, by the queue's clock. */
  #due: number | undefined;

  constructor(init: TaskFrameInit) {
    const { delayMs, fifo, id, options, procedure } = init;
    this.#init = init;
    this.#header = headerOf(init);
    const { pack, timeoutMs = 0 } = procedure.settings;
    const { scheduleKey } = options;
    this.pack = pack && timeoutMs <= MAX_PACKED_TIMEOUT_MS && scheduleKey === undefined;
    if (delayMs > 0) this.delayMs = Math.min(delayMs, MAX_HELD_BACK_MS);
    if (fifo) {
      this.groupId = options.groupId ?? id;
      const { deduplicationId } = options;
      this.deduplicationId =
        deduplicationId === undefined ? id : scopedDeduplicationId(procedure, deduplicationId);
    } else if (options.groupId !== undefined) {
      this.groupId = options.groupId;
    }
  }

  withdrawn(): boolean {
    return this.givenUp || this.address?.isUseless() === true;
  }

  encode(_remainingMs: number, nowMs: number): WireFrame {
    const { attributes, body, delayMs, procedure, scope } = this.#init;
    const header: Record<string, unknown> = { ...this.#header, at: Math.round(nowMs) };
    if (delayMs > MAX_HELD_BACK_MS) header['due'] = this.#due ??= Math.round(nowMs + delayMs);
    if (this.schedule !== undefined) header[SCHEDULE_FIELD] = this.schedule;
    const frame: Mutable<WireFrame> = { procedure: procedure.path, header, body, attributes };
    const replyTo = this.address?.write();
    if (replyTo !== undefined) frame.replyTo = replyTo;
    const trace = scope?.trace;
    if (trace?.traceHeader !== undefined) frame.traceHeader = trace.traceHeader;
    if (trace?.traceparent !== undefined) frame.traceparent = trace.traceparent;
    return frame;
  }
}

/** But for what is known only when it is written. Throws a `WireError` for metadata that no receiver takes. */
function headerOf({ content, id, options, procedure, progress }: TaskFrameInit): HeaderRecord {
  const { contract, settings } = procedure;
  const header: Mutable<DecodedRequestHeader> = {
    v: 1,
    type: 'mutation',
    contract,
    at: 0,
    content,
    task: id,
  };
  if (settings.timeoutMs !== undefined) header.timeoutMs = settings.timeoutMs;
  if (options.deduplicationId !== undefined) header.dedup = options.deduplicationId;
  if (progress) header.progress = true;
  if (options.metadata !== undefined) header.meta = options.metadata;
  return encodeRequestHeader(header);
}
