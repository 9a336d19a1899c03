import {
  currentCall,
  type CallScope,
  type OutgoingFrame,
  type QueueRef,
  type ReplyQueue,
  type SendOutcome,
} from '@replyq/contract/transport';
import { createCallId } from './call-id.ts';
import { assertCallOptions, userAttributes } from './call-options.ts';
import { CallTimes } from './call-times.ts';
import { assertOptionTypes } from './option-types.ts';
import type { PendingCall } from './pending-call.ts';
import type { PendingCalls } from './pending-calls.ts';
import type { Question } from './question.ts';
import { REFUSALS } from './refusals.ts';
import type { ReplyLoop } from './reply-loop.ts';
import { RequestFrame, type RequestFrameContext } from './request-frame.ts';
import type { ResolvedRequesterOptions } from './requester-options.ts';

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
  readonly #frames: RequestFrameContext;
  readonly #times = new CallTimes();
  #closed = false;

  constructor(options: AskerOptions) {
    const { pending, replyQueue, settings } = options;
    this.#options = options;
    this.#frames = { runtime: settings.transport.runtime, pending, replyQueue };
  }

  /**
   * To be called as a promise is made, with its own `resolve` and `reject`: one call has one promise,
   * made by whoever gives it away. What `reject` gets is an `RpcError`; so is what this throws, when
   * the options are out of range and no call is opened.
   */
  ask(
    question: Question,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): PendingCall {
    const { clientId, pending, replyQueue, settings } = this.#options;
    const { attempt, decode, options, procedure, queue } = question;
    assertOptionTypes(options, question);
    assertCallOptions(options, settings.maxTimeoutMs, question);
    const attributes = userAttributes(options.attributes, question);
    const scope = currentCall();
    const call = pending.open({
      callId: createCallId(clientId, settings.transport.runtime),
      procedure,
      queue,
      attempt,
      timeoutMs: this.#timeoutMs(question, scope),
      time: this.#times.of(procedure ?? ''),
      signal: options.signal,
      decode,
      resolve,
      reject,
    });
    if (call.settled) return call;
    const frame = new RequestFrame(this.#frames, question, call, attributes, scope);
    if (replyQueue.isReady()) this.#send(queue, call, frame);
    else void this.#sendWhenReady(queue, call, frame);
    return call;
  }

  /** Nobody waits for it any more. Nothing happens if it has settled. */
  cancel(call: PendingCall): void {
    this.#options.pending.fail(call, 'CANCELLED');
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
    const { pending, replyQueue, settings } = this.#options;
    // Meanwhile, or the first call would wait for one after the other.
    settings.transport.outbox(queue).prepare();
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
    const message = `The request to queue "${call.queue}" was not sent: ${outcome.error}`;
    pending.fail(call, REFUSALS[outcome.reason], { maybeExecuted: false, message });
  }
}

function noReplyQueue(error: string): string {
  return `The request was not sent, because no reply queue could be made: ${error}`;
}
