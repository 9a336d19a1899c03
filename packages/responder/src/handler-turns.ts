import { notify } from '@replyq/contract/transport';
import { TRPCError } from '@trpc/server';
import { aboutRequest } from './about-request.ts';
import type { AnswererOptions } from './answerer-options.ts';
import type { Slot } from './claims.ts';
import { toTrpcError } from './failure.ts';
import { timesReceived, type Settlement } from './incoming.ts';
import { Invocation, type InvocationOptions } from './invocation.ts';
import type { Lease } from './leases.ts';
import type { RunEnd } from './open-runs.ts';
import type { ReplyDelivery } from './reply-delivery.ts';
import { isEarly, type ReplyMaker, type ServedRequest } from './reply-maker.ts';
import { ACK, GIVE_BACK, RETRY } from './settlements.ts';
import { taskOf, type TaskRuns } from './task-runs.ts';

export interface HandlerTurnsOptions {
  readonly answerer: AnswererOptions;
  readonly surroundings: InvocationOptions;
  readonly maker: ReplyMaker;
  readonly delivery: ReplyDelivery;
  readonly tasks: TaskRuns;
}

/** Lets the handler run, and makes of how that ends what becomes of the request. */
export class HandlerTurns {
  readonly #parts: HandlerTurnsOptions;

  constructor(parts: HandlerTurnsOptions) {
    this.#parts = parts;
  }

  async run(
    request: ServedRequest,
    input: unknown,
    lease: Lease,
    slot: Slot | undefined,
  ): Promise<Settlement> {
    const { answerer, delivery, maker, surroundings, tasks } = this.#parts;
    const { closing, runtime, settings, table } = answerer;
    const { admitted, incoming } = request;
    const { observer } = settings;
    const startedMs = runtime.monotonicMs();
    request.begunAtMs = startedMs;
    if (observer !== undefined) {
      const receiveCount = timesReceived(incoming);
      const queuedMs = incoming.ageMs();
      notify(observer, {
        ...aboutRequest(answerer, admitted),
        kind: 'handlerStarted',
        receiveCount,
        queuedMs,
      });
    }
    const run = new Invocation(request, input, lease, surroundings);
    const end = await run.start();
    request.endedAtMs = runtime.monotonicMs();
    slot?.handled();
    if (end.kind === 'abandoned') lease.outlivedBy(maker.ofLateRun(run, end.started, request));
    const reply = maker.ofRun(run, end, request);
    if (observer !== undefined) {
      const elapsedMs = runtime.monotonicMs() - startedMs;
      const outcome = reply?.outcome ?? 'abandoned';
      notify(observer, {
        ...aboutRequest(answerer, admitted),
        kind: 'handlerSettled',
        elapsedMs,
        outcome,
      });
    }
    // Cut short by closing: another process may still do it in time.
    if (closing.aborted && end.kind !== 'result') return GIVE_BACK;
    // A5: whatever it says, the abort of its signal may have said it.
    if (lease.doubt !== undefined && end.kind === 'failed') return this.#lost(lease.doubt);
    if (admitted.isTask && end.kind !== 'result') {
      return tasks.failed(taskOf(request, table), failureOf(end));
    }
    if (reply === undefined) return ACK;
    const cutShort = end.kind === 'failed' && runtime.monotonicMs() >= request.deadlineMs;
    const isFailedCall = reply.kind === 'error' && !admitted.isTask;
    if (isFailedCall && (cutShort || isEarly(run, reply.outcome, request))) {
      // That is no answer to the key: the next call with it may have better luck.
      const abandoning = lease.abandon();
      if (abandoning !== undefined) await abandoning;
      return await delivery.send(reply, request);
    }
    const recording = lease.record(reply);
    const recorded = typeof recording === 'boolean' ? recording : await recording;
    if (!recorded)
      return this.#lost(
        lease.doubt ??
          new Error('Another run has claimed the key, or the store had no room for this claim.'),
      );
    // To return a promise from here takes two turns more than to await it.
    return await delivery.send(reply, request);
  }

  /** A5. */
  #lost(error: Error): Settlement {
    const { queue, settings } = this.#parts.answerer;
    notify(settings.observer, { kind: 'answererFailed', queue, error });
    return RETRY;
  }
}

/** Why a run of a task did not succeed. One that returned did, also with what cannot be encoded: it must not run again. */
function failureOf(end: Exclude<RunEnd, { readonly kind: 'result' }>): TRPCError {
  if (end.kind === 'failed') return toTrpcError(end.cause);
  const message = 'The handler did not end in time, and did not heed its signal.';
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message });
}
