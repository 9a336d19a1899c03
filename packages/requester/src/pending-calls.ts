import { RpcError, type RpcErrorCode, type RpcErrorOptions } from '@replyq/contract';
import {
  Alarms,
  notify,
  type Alarm,
  type Observer,
  type Runtime,
  type Timer,
} from '@replyq/contract/transport';
import type { DecodedReply, MessageAttributes } from '@replyq/contract/wire';

/** A reply as it came, before its body is decoded. */
export interface RawReply {
  readonly reply: Exclude<DecodedReply, { readonly kind: 'drop' }>;
  readonly attributes: MessageAttributes;
}

export interface PendingCallInit {
  readonly callId: string;
  /** Undefined: a plain request. */
  readonly procedure: string | undefined;
  readonly queue: string;
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Turns the reply into the call's value, or throws what the call fails with. */
  readonly decode: (reply: RawReply, call: PendingCall) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One open call. Everything about it is here, and nothing about it remains once it has settled. */
export class PendingCall {
  readonly init: PendingCallInit;
  readonly startedMs: number;
  readonly deadlineMs: number;
  settled = false;
  /** Written to a batch at least once: from then on the handler may have run. */
  sent = false;
  /** How often it was written: of more than one, another may have run than the one that was answered. */
  timesWritten = 0;
  /** What keeps the call from being sent, as long as something does. */
  obstacle: (() => string | undefined) | undefined;
  /** The reply queue that the request named when it was last written. */
  replyQueue: string | undefined;
  /** The transport cannot tell whether the queue took the request. */
  sendUnknown = false;
  alarm: Alarm | undefined;
  /** The turn between the deadline and the verdict. */
  lastTurn: Timer | undefined;
  onAbort: (() => void) | undefined;

  constructor(init: PendingCallInit, nowMs: number) {
    this.init = init;
    this.startedMs = nowMs;
    this.deadlineMs = nowMs + init.timeoutMs;
  }
}

export interface PendingCallsOptions {
  readonly runtime: Runtime;
  readonly observer: Observer | undefined;
  readonly maxPendingCalls: number;
}

/**
 * The calls that wait for a reply.
 *
 * Q1: a call settles exactly once, through {@link settle} or {@link fail}, and leaves the table.
 * Q2: no call outlives its deadline; but a reply that is already readable then wins.
 * Q3: `maybeExecuted` is false only if no attempt can have been stored.
 * Q4: nothing of the call stays behind: no alarm, no abort listener, no entry.
 */
export class PendingCalls {
  readonly #options: PendingCallsOptions;
  readonly #calls = new Map<string, PendingCall>();
  readonly #alarms: Alarms;

  constructor(options: PendingCallsOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.runtime, { keepAlive: true });
  }

  get size(): number {
    return this.#calls.size;
  }

  get(callId: string): PendingCall | undefined {
    return this.#calls.get(callId);
  }

  /** Opens a call. One that cannot be opened is settled already when it comes back. */
  open(init: PendingCallInit): PendingCall {
    const { runtime, observer, maxPendingCalls } = this.#options;
    const { callId, procedure = '', queue, signal } = init;
    const call = new PendingCall(init, runtime.monotonicMs());
    notify(observer, { kind: 'callStarted', callId, procedure, queue });
    if (signal?.aborted === true) {
      this.fail(call, 'CANCELLED', {
        cause: signal.reason,
        message: 'The signal had aborted before the call was made.',
      });
    } else if (this.#calls.size >= maxPendingCalls) {
      this.fail(call, 'OVERLOADED', { message: `${this.#calls.size} calls are open already.` });
    } else if (init.timeoutMs <= 0) {
      this.fail(call, 'TIMEOUT', { message: 'No time is left of the call that this one serves.' });
    } else {
      this.#calls.set(callId, call);
      call.alarm = this.#alarms.set(call.deadlineMs, () => this.#timeUp(call));
      if (signal !== undefined) {
        call.onAbort = () => this.fail(call, 'CANCELLED', { cause: signal.reason });
        signal.addEventListener('abort', call.onAbort, { once: true });
      }
    }
    return call;
  }

  /** The reply of an open call. */
  settle(call: PendingCall, reply: RawReply): void {
    if (call.settled) return;
    let value: unknown;
    try {
      value = call.init.decode(reply, call);
    } catch (cause) {
      if (call.settled) return;
      if (RpcError.is(cause)) return this.#reject(call, cause);
      return this.fail(call, 'BAD_REPLY', { cause, message: badReplyMessage(cause) });
    }
    // Decoding may run the user's transformer, which may abort or close.
    if (call.settled) return;
    this.#close(call);
    this.#told(call, 'OK', true);
    call.init.resolve(value);
  }

  fail(call: PendingCall, code: RpcErrorCode, details: Partial<RpcErrorOptions> = {}): void {
    if (call.settled) return;
    this.#reject(
      call,
      callError(call, this.#options.runtime, { maybeExecuted: call.sent, ...details, code }),
    );
  }

  failAll(code: RpcErrorCode, message?: string): void {
    for (const call of this.#calls.values())
      this.fail(call, code, message === undefined ? {} : { message });
  }

  /** Those whose request names another reply queue than `replyQueue`. */
  failStrayed(replyQueue: string, code: RpcErrorCode, message: string): void {
    for (const call of this.#calls.values()) {
      const strayed = call.replyQueue !== undefined && call.replyQueue !== replyQueue;
      if (strayed) this.fail(call, code, { message });
    }
  }

  /** Q2: the timers of a turn run before its input is read, so the verdict waits for one more turn. */
  #timeUp(call: PendingCall): void {
    call.alarm = undefined;
    const { runtime } = this.#options;
    call.lastTurn = runtime.setTimer(0, () => this.#giveUp(call), { keepAlive: true });
  }

  #giveUp(call: PendingCall): void {
    const { timeoutMs, procedure, queue } = call.init;
    const what = procedure === undefined ? 'No reply' : `No reply to "${procedure}"`;
    const waited = `${what} from queue "${queue}" within ${timeoutMs} ms.`;
    if (call.sendUnknown) return this.fail(call, 'SEND_UNKNOWN');
    if (call.sent) return this.fail(call, 'TIMEOUT', { message: waited });
    const obstacle = call.obstacle?.();
    if (obstacle === undefined) {
      return this.fail(call, 'TIMEOUT', { message: `${waited} The request was never sent.` });
    }
    const message = `The request was not sent within ${timeoutMs} ms, because no reply queue could be made: ${obstacle}`;
    this.fail(call, 'NOT_SENT', { message });
  }

  #reject(call: PendingCall, error: RpcError): void {
    this.#close(call);
    this.#told(call, error.code, error.maybeExecuted);
    call.init.reject(error);
  }

  /** Q4. */
  #close(call: PendingCall): void {
    call.settled = true;
    this.#calls.delete(call.init.callId);
    if (call.alarm !== undefined) this.#alarms.cancel(call.alarm);
    call.lastTurn?.cancel();
    if (call.onAbort !== undefined) call.init.signal?.removeEventListener('abort', call.onAbort);
  }

  #told(call: PendingCall, outcome: 'OK' | RpcErrorCode, maybeExecuted: boolean): void {
    const { observer, runtime } = this.#options;
    if (observer === undefined) return;
    const { callId, procedure = '', queue } = call.init;
    const elapsedMs = runtime.monotonicMs() - call.startedMs;
    notify(observer, {
      kind: 'callSettled',
      callId,
      procedure,
      queue,
      elapsedMs,
      outcome,
      maybeExecuted,
    });
  }
}

/** An error that carries what is known of its call. */
export function callError(call: PendingCall, runtime: Runtime, details: RpcErrorOptions): RpcError {
  const { callId, procedure, queue, attempt } = call.init;
  const elapsedMs = runtime.monotonicMs() - call.startedMs;
  const about = { queue, callId, attempt, ...(procedure === undefined ? {} : { procedure }) };
  return new RpcError({ ...about, elapsedMs, ...details });
}

function badReplyMessage(cause: unknown): string {
  const detail = cause instanceof Error ? `: ${cause.message}` : '';
  return `The reply could not be read${detail}`;
}
