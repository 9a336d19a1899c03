import { RpcError, type RpcErrorCode, type RpcErrorOptions } from '@replyq/contract';
import {
  Alarms,
  notify,
  TransientMap,
  type Observer,
  type Runtime,
} from '@replyq/contract/transport';
import {
  callError,
  PendingCall,
  type PendingCallInit,
  type RawReply,
  type WrittenReply,
} from './pending-call.ts';

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
  readonly #calls = new TransientMap<string, PendingCall>();
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
    const { signal } = init;
    const call = new PendingCall(init, runtime.monotonicMs(), this.#timeUp);
    if (observer !== undefined) {
      const { callId, procedure = '', queue } = init;
      notify(observer, { kind: 'callStarted', callId, procedure, queue });
    }
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
      this.#calls.set(init.callId, call);
      this.#alarms.add(call);
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
      value = call.decode(reply, call);
    } catch (cause) {
      if (call.settled) return;
      if (RpcError.is(cause)) return this.#reject(call, cause);
      return this.fail(call, 'BAD_REPLY', { cause, message: badReplyMessage(cause) });
    }
    // Decoding may run the user's transformer, which may abort or close.
    if (call.settled) return;
    this.#close(call);
    this.#told(call, 'OK', true);
    call.resolve(value);
  }

  /** Something that comes ahead of the reply. What its listener throws, or what cannot be read, is no end of the call. */
  event(call: PendingCall, event: WrittenReply): void {
    try {
      const told = call.onEvent?.(event);
      // An async listener fits the type, too.
      if (told !== undefined) Promise.resolve(told).catch(ignore);
    } catch {
      // As with observers: a listener watches.
    }
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
  readonly #timeUp = (call: PendingCall): void => {
    const { runtime } = this.#options;
    call.lastTurn = runtime.setTimer(0, () => this.#giveUp(call), { keepAlive: true });
  };

  #giveUp(call: PendingCall): void {
    const { timeoutMs, procedure, queue } = call;
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
    call.reject(error);
  }

  /** Q4. */
  #close(call: PendingCall): void {
    call.settled = true;
    this.#calls.delete(call.callId);
    this.#alarms.cancel(call);
    call.lastTurn?.cancel();
    if (call.onAbort !== undefined) call.signal?.removeEventListener('abort', call.onAbort);
  }

  #told(call: PendingCall, outcome: 'OK' | RpcErrorCode, maybeExecuted: boolean): void {
    const { observer, runtime } = this.#options;
    if (observer === undefined) return;
    const { callId, procedure = '', queue } = call;
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

function ignore(): void {}

function badReplyMessage(cause: unknown): string {
  const detail = cause instanceof Error ? `: ${cause.message}` : '';
  return `The reply could not be read${detail}`;
}
