import {
  type CallScope,
  isFifo,
  type OutgoingFrame,
  PATIENT_SHARE,
  type ReplyQueue,
  type Runtime,
} from '@replyq/contract/transport';
import {
  encodeRequestHeader,
  type HeaderRecord,
  type MessageAttributes,
  type Mutable,
  type RequestHeader,
  type WireFrame,
} from '@replyq/contract/wire';
import type { PendingCall } from './pending-call.ts';
import type { PendingCalls } from './pending-calls.ts';
import type { Question } from './question.ts';

/** Who waits longer than this has a long task: others should not be repeated with it. */
export const MAX_PACKED_TIMEOUT_MS = 30_000;

/** What the frames of one requester have in common. */
export interface RequestFrameContext {
  readonly runtime: Runtime;
  readonly pending: PendingCalls;
  readonly replyQueue: ReplyQueue;
}

/**
 * Where the reply of a call that is being written goes. A call whose reply queue is lost before it was sent has
 * failed: nothing may leave without an address.
 */
export function writeAddress(
  call: PendingCall,
  { pending, replyQueue }: Omit<RequestFrameContext, 'runtime'>,
): string {
  try {
    const address = replyQueue.addressOf(call.callId);
    call.sent = true;
    call.timesWritten += 1;
    call.replyQueue = replyQueue.queue;
    return address;
  } catch (cause) {
    pending.fail(call, 'REPLY_QUEUE_LOST', { cause });
    throw cause;
  }
}

/**
 * The request of a call on its way out. The outbox owns it; the call does not, so that the body is
 * forgotten when it is sent.
 */
export class RequestFrame implements OutgoingFrame {
  readonly deadlineMs: number;
  readonly nested: boolean;
  readonly pack: boolean;
  readonly patienceMs: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly #context: RequestFrameContext;
  readonly #question: Question;
  readonly #call: PendingCall;
  readonly #attributes: MessageAttributes;
  /** The call that this one is made from. */
  readonly #scope: CallScope | undefined;

  constructor(
    context: RequestFrameContext,
    question: Question,
    call: PendingCall,
    attributes: MessageAttributes,
    scope: CallScope | undefined,
  ) {
    this.#context = context;
    this.#question = question;
    this.#call = call;
    this.#attributes = attributes;
    this.#scope = scope;
    this.deadlineMs = call.atMs;
    this.patienceMs = (call.time?.ms ?? 0) * PATIENT_SHARE;
    this.nested = scope !== undefined;
    const { groupId, idempotencyKey } = question.options;
    // What is taken out of a pack and sent on has lost its sender, to whom the key belongs.
    const alone = idempotencyKey !== undefined || call.timeoutMs > MAX_PACKED_TIMEOUT_MS;
    this.pack = question.pack && !alone;
    if (isFifo(question.queue)) {
      // A FIFO queue wants both ids; who names no group shares none.
      this.groupId = groupId ?? call.callId;
      this.deduplicationId = call.callId;
    } else if (groupId !== undefined) {
      this.groupId = groupId;
    }
  }

  withdrawn(): boolean {
    return this.#call.settled;
  }

  encode(remainingMs: number, nowMs: number): WireFrame {
    const call = this.#call;
    const { procedure, body } = this.#question;
    const replyTo = writeAddress(call, this.#context);
    const frame: Mutable<WireFrame> = { replyTo, body, attributes: this.#attributes };
    const header = this.#header(remainingMs, nowMs);
    if (header !== undefined && procedure !== undefined) {
      frame.procedure = procedure;
      frame.header = header;
    }
    const trace = this.#scope?.trace;
    if (trace?.traceHeader !== undefined) frame.traceHeader = trace.traceHeader;
    if (trace?.traceparent !== undefined) frame.traceparent = trace.traceparent;
    return frame;
  }

  #header(remainingMs: number, nowMs: number): HeaderRecord | undefined {
    const { header, options, repeats } = this.#question;
    if (header === undefined) return undefined;
    const fields: Mutable<RequestHeader> = {
      v: 1,
      type: header.type,
      timeoutMs: Math.max(1, Math.ceil(remainingMs)),
      at: Math.round(nowMs),
      content: header.content,
    };
    if (header.contract !== undefined) fields.contract = header.contract;
    if (options.idempotencyKey !== undefined) fields.key = options.idempotencyKey;
    if (repeats !== undefined) fields.repeats = repeats;
    if (options.metadata !== undefined) fields.meta = options.metadata;
    return encodeRequestHeader(fields);
  }
}
