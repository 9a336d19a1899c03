import { RpcError } from '@replyq/contract';
import type { SendOutcome } from '@replyq/contract/transport';
import type { TaskAbout } from './enqueue-options.ts';
import { REFUSALS } from './refusals.ts';
import type { AwaitedResult } from './task-results.ts';

/** Why a task was not enqueued. */
export function taskError(
  { procedure, queue }: TaskAbout,
  code: RpcError['code'],
  message?: string,
  cause?: unknown,
): RpcError {
  return new RpcError({
    code,
    procedure,
    queue,
    maybeExecuted: code === 'SEND_UNKNOWN',
    ...(message === undefined ? {} : { message }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What the queue, or nobody, has made of it. `awaited` undefined: nobody waits for its result. */
export function sendError(
  about: TaskAbout,
  outcome: Exclude<SendOutcome, { readonly kind: 'accepted' }>,
  signal: AbortSignal | undefined,
  awaited: AwaitedResult | undefined,
): RpcError {
  const isWithdrawn = outcome.kind === 'withdrawn';
  if (isWithdrawn && signal?.aborted === true) {
    return taskError(about, 'CANCELLED', undefined, signal.reason);
  }
  // What cannot be written for want of an address is invalid, too.
  const isUnwritten = isWithdrawn || (outcome.kind === 'refused' && outcome.reason === 'invalid');
  if (isUnwritten && awaited?.call.settled === true) return unwantedError(about, awaited);
  if (isWithdrawn) return taskError(about, 'NOT_SENT', 'The task was not sent in time.');
  const { queue } = about;
  if (outcome.kind === 'refused') {
    const what = `The task was not enqueued on "${queue}": ${outcome.error}`;
    return taskError(about, REFUSALS[outcome.reason], what);
  }
  const unknown = `Whether "${queue}" has taken the task is not known: ${outcome.error}`;
  return taskError(about, 'SEND_UNKNOWN', unknown);
}

/** The wait for its result was over before it left. */
export function unwantedError(about: TaskAbout, { end }: AwaitedResult): RpcError {
  const error = end.end?.kind === 'failed' ? RpcError.from(end.end.error) : undefined;
  if (error?.code === 'CLOSED') return taskError(about, 'CLOSED', 'The requester was closed.');
  if (error?.code === 'OVERLOADED') return taskError(about, 'OVERLOADED', error.message);
  const why = error?.message ?? 'it has come already.';
  const message = `The task was not sent, because its result is no longer waited for: ${why}`;
  return taskError(about, 'NOT_SENT', message);
}
