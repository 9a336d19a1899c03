import { RpcError, type BoundProcedure } from '@replyq/contract';
import {
  sleep,
  type QueueRef,
  type ReplyQueue,
  type ReplyQueueReadiness,
  type Runtime,
  type Timer,
} from '@replyq/contract/transport';
import { AwaitedEnd } from './awaited-end.ts';
import { createCallId } from './call-id.ts';
import type { EnqueueOptions, TaskAbout } from './enqueue-options.ts';
import { assertOptionTypes } from './option-types.ts';
import { callError, type PendingCall, type WrittenReply } from './pending-call.ts';
import type { PendingCalls } from './pending-calls.ts';
import { readBody, readReply } from './read-reply.ts';
import type { ReplyLoop } from './reply-loop.ts';
import { writeAddress } from './request-frame.ts';
import type { ResultAddress } from './task-frame.ts';
import type { WaitOptions } from './tasks-of.ts';

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
export type OnProgress = ((value: never) => unknown) | undefined;

export interface AwaitedInit {
  readonly id: string;
  readonly procedure: BoundProcedure;
  /** As the user gave it: of two queues with one name, in two accounts, the right one. */
  readonly queue: QueueRef;
  readonly withinMs: number;
  readonly onProgress: OnProgress;
}

/** A result that somebody may wait for, from before the task is sent until it has come. */
export interface AwaitedResult {
  readonly call: PendingCall;
  /** Of failures an `RpcError`, at which nobody has to look. */
  readonly end: AwaitedEnd;
}

/** Until when its producer waits for a reply queue. */
export interface Patience {
  /** On the monotonic clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
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
    return createCallId(clientId, runtime);
  }

  /** One that cannot be opened has settled already. */
  open({ id, onProgress, procedure, queue, withinMs }: AwaitedInit): AwaitedResult {
    const { pending, runtime } = this.#options;
    const end = new AwaitedEnd();
    const call = pending.open({
      callId: id,
      procedure: procedure.path,
      queue,
      attempt: 1,
      timeoutMs: withinMs,
      signal: undefined,
      decode: (reply, answered) => {
        end.isReplied = true;
        return readReply(reply, answered, runtime, procedure);
      },
      resolve: (value) => end.settle({ kind: 'result', value }),
      reject: (error) => end.settle({ kind: 'failed', error }),
      onEvent: onProgress && newestOnly(onProgress),
    });
    return { call, end };
  }

  /**
   * Resolves when results can arrive; undefined: they can. Otherwise why not. It is waited for no longer than
   * its producer does, nor than for the result.
   */
  async obstacle({ end }: AwaitedResult, patience: Patience): Promise<string | undefined> {
    const { replyLoop, replyQueue } = this.#options;
    if (!replyQueue.isReady()) {
      const readiness = await this.#ready(end, patience);
      if (readiness === undefined)
        return replyQueue.health().lastError ?? 'it is not there in time';
      if (readiness.kind === 'failed') return readiness.error;
    }
    if (replyLoop.isShared()) return 'it is shared with another process';
    replyLoop.wake();
    return undefined;
  }

  /** Undefined: it took too long. */
  async #ready(
    end: AwaitedEnd,
    { deadlineMs, signal }: Patience,
  ): Promise<ReplyQueueReadiness | undefined> {
    const { replyQueue, runtime } = this.#options;
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    const lookAway = end.look(giveUp);
    signal?.addEventListener('abort', giveUp, { once: true });
    const leftMs = Math.max(0, deadlineMs - runtime.monotonicMs());
    const tooLate = sleep(runtime, leftMs, { signal: over.signal, keepAlive: true });
    const readiness = await Promise.race([replyQueue.ready(), tooLate]);
    giveUp();
    lookAway();
    signal?.removeEventListener('abort', giveUp);
    return readiness ?? undefined;
  }

  /** Where the result of a task goes, and whether that still matters. */
  addressOf({ call }: AwaitedResult): ResultAddress {
    return { isUseless: () => call.settled, write: () => writeAddress(call, this.#options) };
  }

  /** Whoever enqueued the task is told that it did not leave, or may have not. */
  forget({ call }: AwaitedResult, cause: unknown): void {
    if (call.settled) return;
    const { code, maybeExecuted } = RpcError.from(cause);
    this.#options.pending.fail(call, code, { cause, maybeExecuted });
  }
}

/** What the handle's `result` is. */
export async function waitFor(
  { call, end }: AwaitedResult,
  options: WaitOptions,
  runtime: Runtime,
): Promise<unknown> {
  const { procedure = '', queue } = call;
  assertOptionTypes(options, { procedure, queue });
  const { signal, timeoutMs } = options;
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= MAX_WITHIN_MS)) {
    const message = `timeoutMs is ${timeoutMs}: expected more than 0 and at most ${MAX_WITHIN_MS}.`;
    throw new RpcError({ code: 'BAD_REQUEST', procedure, queue, message });
  }
  let timer: Timer | undefined;
  let cancel: (() => void) | undefined;
  let lookAway: (() => void) | undefined;
  const waited = new Promise((resolve, reject) => {
    const fail = (code: 'TIMEOUT' | 'CANCELLED', message: string, cause?: unknown): void =>
      reject(callError(call, runtime, { code, message, cause, maybeExecuted: true }));
    const late = (): void => fail('TIMEOUT', `No result within ${timeoutMs} ms; it may come yet.`);
    cancel = () => fail('CANCELLED', 'The result is no longer waited for.', signal?.reason);
    // What is there wins, however it is asked for.
    lookAway = end.look((told) =>
      told.kind === 'result' ? resolve(told.value) : reject(told.error),
    );
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (timeoutMs !== undefined) timer = runtime.setTimer(timeoutMs, late, { keepAlive: true });
  });
  try {
    return await waited;
  } finally {
    lookAway?.();
    timer?.cancel();
    if (cancel !== undefined) signal?.removeEventListener('abort', cancel);
  }
}

/** Of events that overtake each other, those that are no news are left out. */
function newestOnly(onProgress: NonNullable<OnProgress>): (event: WrittenReply) => unknown {
  let newest = -1;
  return (event) => {
    const { seq = 0 } = event.header;
    if (seq <= newest) return undefined;
    newest = seq;
    return onProgress(readBody(event) as never);
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
  const isNumber = typeof withinMs === 'number';
  if (isNumber && withinMs >= 1 && withinMs <= MAX_WITHIN_MS) return withinMs;
  const given = isNumber ? withinMs : `of type ${typeof withinMs}`;
  const asked = `result.withinMs, by default the delay and one hour, is ${given}`;
  throw refused(`${asked}: expected 1 to ${MAX_WITHIN_MS}.`);
}
