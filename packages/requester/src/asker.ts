import type { RpcErrorCode } from '@replyq/contract';
import {
  currentCall,
  type CallScope,
  type OutgoingFrame,
  type QueueRef,
  type RefusalReason,
  type ReplyQueue,
  type SendOutcome,
  type TraceCarrier,
} from '@replyq/contract/transport';
import { encodeRequestHeader, type Content, type WireFrame } from '@replyq/contract/wire';
import { assertCallOptions, userAttributes, type CallOptions } from './call-options.ts';
import type { PendingCall, PendingCallInit, PendingCalls } from './pending-calls.ts';
import type { ReplyLoop } from './reply-loop.ts';
import type { ResolvedRequesterOptions } from './requester-options.ts';

/** Characters of a call id after the client id: 132 bits, so that nobody guesses one. */
const CALL_ID_CHARACTERS = 22;

/** Who waits longer than this has a long task: others should not be repeated with it. */
const MAX_PACKED_TIMEOUT_MS = 30_000;

/** One request to be asked: encoded already, since that is done once however often it is sent. */
export interface Question {
  readonly queue: QueueRef;
  /** Undefined: a plain request, which names none. */
  readonly procedure: string | undefined;
  /** Absent: a plain message without replyq's header, for responders of other kinds. */
  readonly header?: {
    readonly type: 'query' | 'mutation' | 'subscription';
    readonly contract?: string;
    readonly content: Content;
  };
  readonly body: string;
  /** The procedure's own, used when the options name none. */
  readonly timeoutMs?: number;
  /** 1 for the first attempt of a call that something above repeats. */
  readonly attempt?: number;
  /** False: it leaves in a message of its own. */
  readonly pack?: boolean;
  readonly options: CallOptions;
  readonly decode: PendingCallInit['decode'];
}

export interface AskerOptions {
  readonly settings: ResolvedRequesterOptions;
  readonly clientId: string;
  readonly pending: PendingCalls;
  readonly replyQueue: ReplyQueue;
  readonly replyLoop: ReplyLoop;
}

/**
 * Asks one question: opens the pending call, sees to the reply queue, hands the request to the
 * outbox, and lets its outcome speak where no reply can come.
 */
export class Asker {
  readonly #options: AskerOptions;
  #closed = false;

  constructor(options: AskerOptions) {
    this.#options = options;
  }

  /** Rejects with an `RpcError`, always. */
  ask(question: Question): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { settings, clientId, pending } = this.#options;
      const { attempt = 1, options, procedure, queue } = question;
      const about = { queue, attempt, ...(procedure === undefined ? {} : { procedure }) };
      assertCallOptions(options, settings.maxTimeoutMs, about);
      const attributes = userAttributes(options.attributes, about);
      const scope = currentCall();
      const call = pending.open({
        callId: clientId + settings.transport.runtime.createId(CALL_ID_CHARACTERS),
        procedure,
        queue,
        attempt,
        timeoutMs: this.#timeoutMs(question, scope),
        signal: options.signal,
        decode: question.decode,
        resolve,
        reject,
      });
      if (call.settled) return;
      const frame = this.#frame(question, call, attributes, scope);
      if (this.#options.replyQueue.isReady()) this.#send(queue, call, frame);
      else void this.#sendWhenReady(queue, call, frame);
    });
  }

  close(): void {
    this.#closed = true;
  }

  /** The smaller of what the call asks for and what is left of the call that is being served. */
  #timeoutMs({ options, timeoutMs }: Question, scope: CallScope | undefined): number {
    const { settings } = this.#options;
    const asked =
      options.timeoutMs ?? Math.min(timeoutMs ?? settings.timeoutMs, settings.maxTimeoutMs);
    return scope === undefined || options.detached === true
      ? asked
      : Math.min(asked, scope.remainingMs());
  }

  async #sendWhenReady(queue: QueueRef, call: PendingCall, frame: OutgoingFrame): Promise<void> {
    const { pending, replyQueue } = this.#options;
    call.obstacle = () => replyQueue.health().lastError;
    const readiness = await replyQueue.ready();
    call.obstacle = undefined;
    if (call.settled) return;
    if (readiness.kind === 'ready') return this.#send(queue, call, frame);
    if (readiness.reason === 'closed') return pending.fail(call, 'CLOSED');
    pending.fail(call, 'NOT_SENT', { message: noReplyQueue(readiness.error) });
  }

  #send(queue: QueueRef, call: PendingCall, frame: OutgoingFrame): void {
    const { pending, replyLoop, settings } = this.#options;
    if (this.#closed) return pending.fail(call, 'CLOSED');
    if (replyLoop.isShared()) {
      const message =
        'Replies for other clients keep arriving on the reply queue: it must be private to one process.';
      return pending.fail(call, 'REPLY_QUEUE_LOST', { message });
    }
    replyLoop.wake();
    void settings.transport
      .outbox(queue)
      .send(frame)
      .then((outcome) => this.#sent(call, outcome));
  }

  #sent(call: PendingCall, outcome: SendOutcome): void {
    const { pending } = this.#options;
    if (call.settled) return;
    // A reply may come all the same; without one the deadline will say what it was.
    if (outcome.kind === 'unknown') call.sendUnknown = true;
    if (outcome.kind === 'withdrawn') call.sent = false;
    if (outcome.kind !== 'refused') return;
    const message = `The request to queue "${call.init.queue}" was not sent: ${outcome.error}`;
    pending.fail(call, REFUSALS[outcome.reason], { maybeExecuted: false, message });
  }

  /** A call whose reply queue is lost before it was sent has failed: nothing may leave without an address. */
  #addressOf(call: PendingCall): string {
    const { pending, replyQueue } = this.#options;
    try {
      return replyQueue.addressOf(call.init.callId);
    } catch (cause) {
      pending.fail(call, 'REPLY_QUEUE_LOST', { cause });
      throw cause;
    }
  }

  #frame(
    question: Question,
    call: PendingCall,
    attributes: WireFrame['attributes'],
    scope: CallScope | undefined,
  ): OutgoingFrame {
    const { replyQueue, settings } = this.#options;
    const { runtime } = settings.transport;
    const { callId } = call.init;
    const { options, header, body, procedure } = question;
    const trace: TraceCarrier = scope?.trace ?? {};
    return {
      deadlineMs: call.deadlineMs,
      nested: scope !== undefined,
      pack: question.pack !== false && call.init.timeoutMs <= MAX_PACKED_TIMEOUT_MS,
      ...delivery(question.queue, options.groupId, callId),
      withdrawn: () => call.settled,
      encode: (remainingMs) => {
        const replyTo = this.#addressOf(call);
        call.sent = true;
        call.timesWritten += 1;
        call.replyQueue = replyQueue.queue;
        const frame = { replyTo, body, attributes, ...trace };
        if (header === undefined || procedure === undefined) return frame;
        const { idempotencyKey, metadata } = options;
        return {
          ...frame,
          procedure,
          header: encodeRequestHeader({
            v: 1,
            type: header.type,
            ...(header.contract === undefined ? {} : { contract: header.contract }),
            timeoutMs: Math.max(1, Math.ceil(remainingMs)),
            at: Math.round(runtime.nowMs()),
            ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }),
            content: header.content,
            ...(metadata === undefined ? {} : { meta: metadata }),
          }),
        };
      },
    };
  }
}

function noReplyQueue(error: string): string {
  return `The request was not sent, because no reply queue could be made: ${error}`;
}

/** A FIFO queue wants both ids; who names no group shares none. */
function delivery(
  queue: QueueRef,
  groupId: string | undefined,
  callId: string,
): Partial<OutgoingFrame> {
  if (queue.endsWith('.fifo')) return { groupId: groupId ?? callId, deduplicationId: callId };
  return groupId === undefined ? {} : { groupId };
}

/** What a refusal by the outbox is to the caller. All of them: surely not sent. */
const REFUSALS: Readonly<Record<RefusalReason, RpcErrorCode>> = {
  gone: 'NOT_SENT',
  denied: 'NOT_SENT',
  unavailable: 'NOT_SENT',
  tooLarge: 'PAYLOAD_TOO_LARGE',
  invalid: 'BAD_REQUEST',
  overloaded: 'OVERLOADED',
  closed: 'CLOSED',
};
