import { ERROR_CODES, type RpcErrorCode } from './error-code.ts';

const brand: unique symbol = Symbol.for('replyq.RpcError');

export interface RpcErrorOptions {
  readonly code: RpcErrorCode;
  /** Default: what the code means. */
  readonly message?: string;
  /** For logs on this side; never travels. */
  readonly cause?: unknown;
  readonly origin?: 'local' | 'remote';
  readonly procedure?: string | undefined;
  readonly queue?: string;
  readonly callId?: string;
  readonly elapsedMs?: number;
  readonly attempt?: number;
  readonly maybeExecuted?: boolean;
  readonly declared?: string;
  readonly data?: unknown;
}

/**
 * The one error class. `code` says what happened, `origin` who says so, and `maybeExecuted` whether
 * the handler may have run: it is false only if it surely has not.
 */
export class RpcError<TData = unknown> extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;
  /** `remote`: the responder sent it. `local`: this process found out by itself. */
  readonly origin: 'local' | 'remote';
  /** The procedure's path; undefined for a plain `request()`. */
  readonly procedure: string | undefined;
  readonly queue: string | undefined;
  readonly callId: string | undefined;
  /** From the call to this error. */
  readonly elapsedMs: number | undefined;
  /** 1 for a call's first attempt; counts what a retry link or interceptor repeats. */
  readonly attempt: number;
  readonly maybeExecuted: boolean;
  /** With code `DECLARED`: the name under which the contract declares this error. */
  readonly declared: string | undefined;
  /** With code `DECLARED`: the declared data. Else what the responder's error formatter added. */
  readonly data: TData;

  constructor(options: RpcErrorOptions) {
    super(
      options.message ?? ERROR_CODES[options.code].means,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = options.code;
    this.origin = options.origin ?? 'local';
    this.procedure = options.procedure;
    this.queue = options.queue;
    this.callId = options.callId;
    this.elapsedMs = options.elapsedMs;
    this.attempt = options.attempt ?? 1;
    this.maybeExecuted = options.maybeExecuted ?? false;
    this.declared = options.declared;
    this.data = options.data as TData;
  }

  // On the prototype: on each error it would cost half of what making one does, its stack apart.
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** For logs: an error's `message` is not enumerable. Neither its stack nor its cause. */
  toJSON(): object {
    return Object.assign({ name: this.name, message: this.message }, this);
  }

  /** True also for errors made by another copy of this package. */
  static is(value: unknown): value is RpcError {
    return typeof value === 'object' && value !== null && brand in value;
  }

  /** The one door in: keeps an `RpcError`, wraps anything else under `code`. */
  static from(cause: unknown, code: RpcErrorCode = 'INTERNAL_SERVER_ERROR'): RpcError {
    if (RpcError.is(cause)) return cause;
    return new RpcError({ code, cause, message: messageOf(cause) });
  }
}

/** A message for anything that was thrown. Never throws itself, whatever the value's getters do. */
export function messageOf(cause: unknown): string {
  try {
    const message: unknown = cause instanceof Error ? cause.message : cause;
    return typeof message === 'string' ? message : `Thrown: ${typeof cause}`;
  } catch {
    return 'Thrown: a value that cannot be printed';
  }
}
