import { RpcError, type BoundProcedure } from '@replyq/contract';
import type { ReplyQueue, Runtime, Timer } from '@replyq/contract/transport';
import type { EnqueueOptions, TaskAbout } from './enqueue-options.ts';
import { callError, type PendingCall, type WrittenReply } from './pending-call.ts';
import type { PendingCalls } from './pending-calls.ts';
import { readBody, readReply } from './read-reply.ts';
import type { ReplyLoop } from './reply-loop.ts';
import { writeAddress } from './request-frame.ts';
import type { WaitOptions } from './tasks-of.ts';

/** Characters of a task id after the client id, as of a call id: nobody guesses whose result it names. */
const ID_CHARACTERS = 22;
/** Past its delay, of a task that does not say. */
const DEFAULT_WITHIN_MS = 3_600_000;
/** The longest that a JavaScript timer takes: 24 days. */
const MAX_WITHIN_MS = 2 ** 31 - 1;

export interface TaskResultsOptions {
  readonly clientId: string;
  readonly runtime: Runtime;
  readonly pending: PendingCalls;
  readonly replyQueue: ReplyQueue;
  readonly replyLoop: ReplyLoop;
}

/** It gets what fits the procedure's own schema. */
export type OnProgress = ((value: never) => void) | undefined;

export interface AwaitedInit {
  readonly id: string;
  readonly procedure: BoundProcedure;
  readonly queue: string;
  readonly withinMs: number;
  readonly onProgress: OnProgress;
}

/** A result that somebody may wait for, from before the task is sent until it has come. */
export interface AwaitedResult {
  readonly call: PendingCall;
  /** Rejects with an `RpcError`, which nobody has to look at. */
  readonly result: Promise<unknown>;
}

/** Opens the wait for the results of tasks: each is a call that is asked now and answered much later. */
export class TaskResults {
  readonly #options: TaskResultsOptions;

  constructor(options: TaskResultsOptions) {
    this.#options = options;
  }

  /** The id of a task whose result is waited for: its result finds the way by it. */
  createId(): string {
    const { clientId, runtime } = this.#options;
    return clientId + runtime.createId(ID_CHARACTERS);
  }

  /** One that cannot be opened has settled already. */
  open({ id, onProgress, procedure, queue, withinMs }: AwaitedInit): AwaitedResult {
    const { pending, runtime } = this.#options;
    let settle: Pick<PendingCall, 'resolve' | 'reject'> | undefined;
    const result = new Promise<unknown>((resolve, reject) => {
      settle = { resolve, reject };
    });
    // It is nobody's fault if nobody asks for it.
    result.catch(() => undefined);
    const call = pending.open({
      callId: id,
      procedure: procedure.path,
      queue,
      attempt: 1,
      timeoutMs: withinMs,
      signal: undefined,
      decode: (reply, answered) => readReply(reply, answered, runtime, procedure),
      ...(settle as Pick<PendingCall, 'resolve' | 'reject'>),
      onEvent: onProgress && newestOnly(onProgress),
    });
    return { call, result };
  }

  /** Resolves when results can arrive; undefined: they can. Otherwise why not. */
  async obstacle(): Promise<string | undefined> {
    const { replyLoop, replyQueue } = this.#options;
    if (!replyQueue.isReady()) {
      const readiness = await replyQueue.ready();
      if (readiness.kind === 'failed') return readiness.error;
    }
    if (replyLoop.isShared()) return 'it is shared with another process';
    replyLoop.wake();
    return undefined;
  }

  /** Where the result of a task that is being written goes. */
  addressOf({ call }: AwaitedResult): string {
    return writeAddress(call, this.#options);
  }

  /** Whoever enqueued the task is told that it did not leave. */
  forget({ call }: AwaitedResult): void {
    this.#options.pending.fail(call, 'NOT_SENT');
  }
}

/** What the handle's `result` is. */
export function waitFor(
  { call, result }: AwaitedResult,
  { signal, timeoutMs }: WaitOptions,
  runtime: Runtime,
): Promise<unknown> {
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= MAX_WITHIN_MS)) {
    const { procedure = '', queue } = call;
    const message = `timeoutMs is ${timeoutMs}: expected more than 0 and at most ${MAX_WITHIN_MS}.`;
    return Promise.reject(new RpcError({ code: 'BAD_REQUEST', procedure, queue, message }));
  }
  let timer: Timer | undefined;
  let aborted: (() => void) | undefined;
  const waited = new Promise((resolve, reject) => {
    const fail = (code: 'TIMEOUT' | 'CANCELLED', message: string, cause?: unknown): void =>
      reject(callError(call, runtime, { code, message, cause, maybeExecuted: true }));
    const late = (): void => fail('TIMEOUT', `No result within ${timeoutMs} ms; it may come yet.`);
    aborted = () => fail('CANCELLED', 'The result is no longer waited for.', signal?.reason);
    result.then(resolve, reject);
    if (signal?.aborted === true) aborted();
    signal?.addEventListener('abort', aborted, { once: true });
    if (timeoutMs !== undefined) timer = runtime.setTimer(timeoutMs, late, { keepAlive: true });
  });
  return waited.finally(() => {
    timer?.cancel();
    if (aborted !== undefined) signal?.removeEventListener('abort', aborted);
  });
}

/** Of events that overtake each other, those that are no news are left out. */
function newestOnly(onProgress: NonNullable<OnProgress>): (event: WrittenReply) => void {
  let newest = -1;
  return (event) => {
    const { seq = 0 } = event.header;
    if (seq <= newest) return;
    newest = seq;
    onProgress(readBody(event) as never);
  };
}

/** As callers without types may give them. */
interface AnyResultOptions extends Pick<EnqueueOptions, 'deduplicationId'> {
  readonly result?: boolean | { readonly withinMs?: number } | null;
  readonly onProgress?: unknown;
}

/** For how long the result is waited for; undefined: it is not. Throws an `RpcError` BAD_REQUEST: nothing was sent. */
export function resultWithinMs(
  { deduplicationId, onProgress, result = false }: AnyResultOptions,
  delayMs: number,
  about: TaskAbout,
): number | undefined {
  const refused = (message: string): RpcError =>
    new RpcError({ code: 'BAD_REQUEST', ...about, message });
  if (!result) {
    if (onProgress !== undefined) throw refused('onProgress: only with `result`.');
    return undefined;
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw refused('onProgress: expected a function.');
  }
  if (deduplicationId !== undefined) {
    const why = 'another task with the same id may be the one that runs';
    throw refused(`result: not with a deduplicationId, since ${why}.`);
  }
  const withinMs = result === true ? delayMs + DEFAULT_WITHIN_MS : result.withinMs;
  if (withinMs !== undefined && withinMs >= 1 && withinMs <= MAX_WITHIN_MS) return withinMs;
  const asked = `result.withinMs, by default the delay and one hour, is ${withinMs}`;
  throw refused(`${asked}: expected 1 to ${MAX_WITHIN_MS}.`);
}
