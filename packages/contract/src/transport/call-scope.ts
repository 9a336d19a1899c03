import { AsyncLocalStorage } from 'node:async_hooks';

/** The call that the running code serves. The responder opens one round each handler. */
export interface CallScope {
  readonly callId: string | undefined;
  /** Of a task: the same for all its runs. */
  readonly taskId?: string | undefined;
  /** The number of this run, 1 for the first, as far as is known: of a request that was received before, it is more. */
  readonly attempt: number;
  readonly procedure: string;
  readonly queue: string;
  /** What the caller sent along. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Trace context that nested calls carry on. */
  readonly trace: TraceCarrier;
  /** What is left of the caller's deadline. Never negative. */
  remainingMs(): number;
  /**
   * Tells whoever waits for this task's result how far it is; nothing happens where nobody does. It neither waits
   * nor throws. Values in quick succession are told as the newest of them, at most one a second.
   */
  progress(value: unknown): void;
}

export interface TraceCarrier {
  readonly traceHeader?: string;
  readonly traceparent?: string;
}

const storage = new AsyncLocalStorage<CallScope>();

/** The call whose handler is running, or undefined outside of one. */
export function currentCall(): CallScope | undefined {
  return storage.getStore();
}

/** Runs `run` inside `scope`; what it starts inherits the scope. */
export function runInCall<T>(scope: CallScope, run: () => T): T {
  return storage.run(scope, run);
}
