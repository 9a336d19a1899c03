import { RpcError, type RpcErrorOptions } from '@replyq/contract';
import type { Alarm, Runtime, Timer } from '@replyq/contract/transport';
import type { DecodedReply, MessageAttributes } from '@replyq/contract/wire';
import type { CallTime } from './call-times.ts';
import { withStackLimit } from './with-stack-limit.ts';

/** A reply as it came, before its body is decoded. */
export interface RawReply {
  readonly reply: Exclude<DecodedReply, { readonly kind: 'drop' }>;
  readonly attributes: MessageAttributes;
}

/** A reply that replyq has written. */
export type WrittenReply = Extract<DecodedReply, { readonly kind: 'reply' }>;

export interface PendingCallInit {
  readonly callId: string;
  /** Undefined: a plain request. */
  readonly procedure: string | undefined;
  readonly queue: string;
  readonly attempt: number;
  readonly timeoutMs: number;
  /** Where it is noted how long it took, if anywhere. */
  readonly time?: CallTime | undefined;
  readonly signal: AbortSignal | undefined;
  /** Turns the reply into the call's value, or throws what the call fails with. */
  readonly decode: (reply: RawReply, call: PendingCall) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** What is told ahead of the reply. Default: that does not fit a call, which has one reply. */
  readonly onEvent?: ((event: WrittenReply) => unknown) | undefined;
}

/**
 * One open call. Everything about it is here, and nothing about it remains once it has settled. It
 * is its own alarm, and it does not hold the request: of that nothing remains once it is sent.
 */
export class PendingCall implements PendingCallInit, Alarm {
  readonly callId: string;
  readonly procedure: string | undefined;
  readonly queue: string;
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly time: CallTime | undefined;
  readonly signal: AbortSignal | undefined;
  readonly decode: PendingCallInit['decode'];
  readonly resolve: PendingCallInit['resolve'];
  readonly reject: PendingCallInit['reject'];
  readonly onEvent: PendingCallInit['onEvent'];
  readonly startedMs: number;
  /** The deadline. */
  readonly atMs: number;
  index = -1;
  settled = false;
  /** Written to a batch at least once: from then on the handler may have run. */
  sent = false;
  /** The transport cannot tell whether the queue took the request. */
  sendUnknown = false;
  /** How often it was written: of more than one, another may have run than the one that was answered. */
  timesWritten = 0;
  /** What keeps the call from being sent, as long as something does. */
  obstacle: (() => string | undefined) | undefined;
  /** The reply queue that the request named when it was last written. */
  replyQueue: string | undefined;
  /** The turn between the deadline and the verdict. */
  lastTurn: Timer | undefined;
  onAbort: (() => void) | undefined;
  readonly #timeUp: (call: PendingCall) => void;

  constructor(init: PendingCallInit, nowMs: number, timeUp: (call: PendingCall) => void) {
    this.callId = init.callId;
    this.procedure = init.procedure;
    this.queue = init.queue;
    this.attempt = init.attempt;
    this.timeoutMs = init.timeoutMs;
    this.time = init.time;
    this.signal = init.signal;
    this.decode = init.decode;
    this.resolve = init.resolve;
    this.reject = init.reject;
    this.onEvent = init.onEvent;
    this.startedMs = nowMs;
    this.atMs = nowMs + init.timeoutMs;
    this.#timeUp = timeUp;
  }

  ring(): void {
    this.#timeUp(this);
  }
}

/** An error that carries what is known of its call; it has no stack, as none would lead to the call. */
export function callError(call: PendingCall, runtime: Runtime, details: RpcErrorOptions): RpcError {
  const { attempt, callId, procedure, queue } = call;
  const elapsedMs = runtime.monotonicMs() - call.startedMs;
  const options = { ...details, procedure, queue, callId, attempt, elapsedMs };
  return withStackLimit(0, () => new RpcError(options));
}
