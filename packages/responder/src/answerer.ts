/**
 * Turns one delivery into `ack` or `release`, and knows no poll loop. In reading order:
 *
 *   admission.ts     header, reply address, deadline, procedure
 *   body-codec.ts    the input, decoded as its content says
 *   reply-store.ts   the seam that knows what has run before
 *   invocation.ts    the run: context, interceptors, tRPC, call scope, signal
 *   failure.ts       what an error becomes on the wire
 *   reply-sender.ts  the reply on its way
 *
 * A1: user code is entered only while its caller still waits; that is checked last thing before.
 * A2: `ack` only after the reply queue has accepted the reply, or where there is surely nobody to
 *     reply to, and that was observed.
 * A3: whatever a message holds, the answerer does not reject; what it cannot settle it gives back.
 */
import { payloadHash } from './payload-hash.ts';
import {
  Alarms,
  notify,
  type ReplyRouter,
  type RequestRefusal,
  type ResponderEvent,
  type Runtime,
  type SendOutcome,
} from '@replyq/contract/transport';
import { WireError } from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { admit, type Admitted, type NotAdmitted } from './admission.ts';
import { decodeInput, encodeOutput } from './body-codec.ts';
import {
  errorBody,
  plainErrorBody,
  refusalBody,
  shownError,
  toInputError,
  toOutputError,
  toTrpcError,
} from './failure.ts';
import type { IncomingCall, IncomingFrame, Settlement } from './incoming.ts';
import { invoke, type Run } from './invocation.ts';
import { ReplySender } from './reply-sender.ts';
import type { CallFailure, ResolvedAnswererSettings } from './responder-options.ts';
import type { ServiceTable } from './service.ts';
import type { StoredReply } from './reply-store.ts';

/** How long a foreign message that nobody answers stays invisible between two looks. */
const FOREIGN_DELAY_MS = 15 * 60_000;
/** Pause before a request whose reply could not be sent, or whose run was cut short, comes again. */
const RETRY_DELAY_MS = 1000;
/** Longest pause between two runs of a task that fails; then the queue's redrive policy decides. */
const MAX_TASK_DELAY_MS = 15 * 60_000;

export interface AnswererOptions {
  readonly runtime: Runtime;
  readonly table: ServiceTable;
  readonly replies: ReplyRouter;
  readonly settings: ResolvedAnswererSettings;
  readonly createContext: (call: IncomingCall) => unknown;
  /** The request queue's name, for observers. */
  readonly queue: string;
  readonly closing: AbortSignal;
}

export class Answerer {
  readonly #options: AnswererOptions;
  readonly #alarms: Alarms;
  readonly #sender: ReplySender;

  constructor(options: AnswererOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.runtime, { keepAlive: true });
    this.#sender = new ReplySender(options.runtime, options.replies);
  }

  /** A3. */
  async answer(incoming: IncomingFrame): Promise<Settlement> {
    const { queue, settings } = this.#options;
    try {
      const admission = admit(incoming, this.#options);
      return admission.kind === 'admitted'
        ? await this.#serve(admission, incoming)
        : await this.#turnAway(admission, incoming);
    } catch (error) {
      notify(settings.observer, { kind: 'answererFailed', queue, error });
      return { kind: 'release', delayMs: RETRY_DELAY_MS };
    }
  }

  async #turnAway(admission: NotAdmitted, incoming: IncomingFrame): Promise<Settlement> {
    const { queue, runtime, settings } = this.#options;
    const { observer, onForeign } = settings;
    switch (admission.kind) {
      case 'expired':
        notify(observer, {
          kind: 'requestExpired',
          queue,
          procedure: admission.path,
          ageMs: admission.ageMs,
        });
        return ACK;
      case 'foreign':
        notify(observer, {
          kind: 'foreignRequest',
          queue,
          action: onForeign === 'delete' ? 'deleted' : 'left',
        });
        return onForeign === 'delete' ? ACK : { kind: 'release', delayMs: FOREIGN_DELAY_MS };
      case 'drop':
        this.#refused(admission.reason, 'unknown', admission.detail);
        return ACK;
      case 'answer': {
        this.#refused(admission.reason, 'unknown', admission.message);
        const body = refusalBody(admission.code, admission.message, mayHaveRun(incoming));
        const { route } = admission;
        const deadlineMs = runtime.monotonicMs() + admission.timeoutMs - incoming.ageMs();
        const encoded = encodeOutput(this.#options.table.first, admission.family, body);
        const outcome = await this.#sender.send({ ...encoded, kind: 'error', route, deadlineMs });
        return this.#afterReply(outcome, {
          path: 'unknown',
          callId: route.virtualQueue,
          deadlineMs,
        });
      }
    }
  }

  async #serve(admitted: Admitted, incoming: IncomingFrame): Promise<Settlement> {
    const { closing, queue, runtime, settings } = this.#options;
    const { callId, header, path, route, service } = admitted;
    const nowMs = runtime.monotonicMs();
    // A task has no caller whose clock runs; it may take its time from when it starts.
    const leftMs = route === undefined ? admitted.timeoutMs : admitted.timeoutMs - incoming.ageMs();
    const deadlineMs = nowMs + leftMs;
    let input: unknown;
    try {
      input = decodeInput(service, admitted.content, incoming.frame.body, settings.allowTypes);
    } catch (cause) {
      // What a router's own transformer says may be as long as the caller likes.
      this.#refused('badInput', path, cause instanceof WireError ? cause.message : 'unreadable');
      const error = toInputError(cause);
      this.#tellError({
        error,
        procedure: path,
        input: undefined,
        ctx: undefined,
        call: undefined,
      });
      return this.#replyWith(
        this.#failed(error, admitted, undefined, undefined, mayHaveRun(incoming)),
        admitted,
        incoming,
        deadlineMs,
      );
    }
    const claim = await settings.replyStore.claim({
      key: `${incoming.senderId ?? ''}/${service.contract ?? ''}/${path}/${header.key ?? callId ?? incoming.messageId}`,
      payloadHash: () => payloadHash(incoming.frame.body),
      // As long as the handler may keep its slot.
      leaseMs: leftMs + settings.graceMs,
      idempotent:
        admitted.type === 'query' || service.procedures?.get(path)?.settings.idempotent === true,
    });
    if (claim.kind === 'busy') return { kind: 'release', delayMs: claim.retryInMs };
    if (claim.kind === 'stored')
      return this.#replyWith(claim.reply, admitted, incoming, deadlineMs);
    if (claim.kind === 'conflict') {
      const message = 'The idempotency key was used with another input.';
      const error = new TRPCError({ code: 'CONFLICT', message });
      this.#tellError({ error, procedure: path, input, ctx: undefined, call: undefined });
      return this.#replyWith(
        this.#failed(error, admitted, input, undefined, mayHaveRun(incoming)),
        admitted,
        incoming,
        deadlineMs,
      );
    }
    if (closing.aborted) {
      await settings.replyStore.abandon(claim.token);
      return { kind: 'release', delayMs: 0 };
    }
    // A1.
    if (runtime.monotonicMs() >= deadlineMs) {
      await settings.replyStore.abandon(claim.token);
      notify(settings.observer, {
        kind: 'requestExpired',
        queue,
        procedure: path,
        ageMs: incoming.ageMs(),
      });
      return ACK;
    }
    return this.#run(admitted, incoming, input, deadlineMs, claim.token);
  }

  async #run(
    admitted: Admitted,
    incoming: IncomingFrame,
    input: unknown,
    deadlineMs: number,
    token: string,
  ): Promise<Settlement> {
    const { closing, queue, runtime, settings } = this.#options;
    const { callId, path } = admitted;
    const { receiveCount } = incoming;
    const startedMs = runtime.monotonicMs();
    const about = { queue, procedure: path, ...(callId === undefined ? {} : { callId }) };
    notify(settings.observer, {
      ...about,
      kind: 'handlerStarted',
      receiveCount,
      queuedMs: incoming.ageMs(),
    });
    const run = await invoke(admitted, incoming, input, deadlineMs, {
      ...this.#options,
      alarms: this.#alarms,
    });
    const reply = this.#replyOf(run, admitted, incoming);
    const elapsedMs = runtime.monotonicMs() - startedMs;
    notify(settings.observer, {
      ...about,
      kind: 'handlerSettled',
      elapsedMs,
      outcome: reply?.outcome ?? 'abandoned',
    });
    // Cut short by closing: another process may still do it in time.
    if (closing.aborted && run.end.kind !== 'result') {
      await settings.replyStore.abandon(token);
      return { kind: 'release', delayMs: 0 };
    }
    if (reply === undefined || (admitted.route === undefined && reply.kind === 'error')) {
      await settings.replyStore.abandon(token);
      return admitted.route === undefined ? taskAgain(receiveCount) : ACK;
    }
    if (reply.kind === 'error' && !run.entered) {
      // Nothing has run: the next call with this key may have better luck.
      await settings.replyStore.abandon(token);
    } else if (!(await settings.replyStore.record(token, reply))) {
      return { kind: 'release', delayMs: RETRY_DELAY_MS };
    }
    return this.#replyWith(reply, admitted, incoming, deadlineMs);
  }

  /** The reply that a run leads to; undefined: none, since the handler never ended. */
  #replyOf(
    run: Run,
    admitted: Admitted,
    incoming: IncomingFrame,
  ): (StoredReply & { readonly outcome: string }) | undefined {
    const { call, ctx, end, entered } = run;
    if (end.kind === 'abandoned') return undefined;
    let cause: unknown;
    if (end.kind === 'result') {
      try {
        return {
          ...encodeOutput(admitted.service, admitted.family, end.value),
          kind: 'result',
          outcome: 'OK',
        };
      } catch (unencodable) {
        cause = toOutputError(unencodable);
      }
    } else {
      ({ cause } = end);
    }
    const error = toTrpcError(cause);
    this.#tellError({ error, procedure: admitted.path, input: call.input, ctx, call });
    const ran = entered || mayHaveRun(incoming);
    return { ...this.#failed(error, admitted, call.input, ctx, ran), outcome: error.code };
  }

  #failed(
    error: TRPCError,
    admitted: Admitted,
    input: unknown,
    ctx: unknown,
    ran: boolean,
  ): StoredReply {
    const { family, path, service, type } = admitted;
    const { exposeErrors } = this.#options.settings;
    if (family === 'foreign') {
      const { code, message } = shownError(error, exposeErrors);
      const body = { error: { code, message } };
      return { ...encodeOutput(service, 'plain', body), kind: 'error' };
    }
    try {
      const body = errorBody(error, { service, path, type, input, ctx, ran }, exposeErrors);
      return { ...encodeOutput(service, family, body), kind: 'error' };
    } catch {
      // The router's formatter or transformer made something that cannot travel.
      const plain = plainErrorBody(error, ran);
      return { ...encodeOutput(service, 'plain', plain), kind: 'error' };
    }
  }

  /** A2. */
  async #replyWith(
    reply: StoredReply,
    admitted: Admitted,
    incoming: IncomingFrame,
    deadlineMs: number,
  ): Promise<Settlement> {
    const { callId, family, path, route } = admitted;
    if (route === undefined) return ACK;
    const { body, content, kind } = reply;
    const failover = family === 'foreign' ? { failoverOf: incoming.frame.replyTo ?? '' } : {};
    const outcome = await this.#sender.send({
      body,
      content,
      kind,
      route,
      deadlineMs,
      ...failover,
    });
    if (
      outcome.kind === 'refused' &&
      (outcome.reason === 'tooLarge' || outcome.reason === 'invalid')
    ) {
      const error = new TRPCError({
        code: outcome.reason === 'tooLarge' ? 'PAYLOAD_TOO_LARGE' : 'INTERNAL_SERVER_ERROR',
        message: `The reply cannot be sent: ${outcome.error}`,
      });
      this.#tellError({
        error,
        procedure: path,
        input: undefined,
        ctx: undefined,
        call: undefined,
      });
      const small = this.#failed(error, admitted, undefined, undefined, true);
      const second = await this.#sender.send({ ...small, route, deadlineMs, ...failover });
      return this.#afterReply(second, { path, callId, deadlineMs });
    }
    return this.#afterReply(outcome, { path, callId, deadlineMs });
  }

  /** A2. */
  #afterReply(
    outcome: SendOutcome,
    {
      callId,
      deadlineMs,
      path,
    }: { readonly path: string; readonly callId: string | undefined; readonly deadlineMs: number },
  ): Settlement {
    const { queue, runtime, settings } = this.#options;
    const about = { queue, procedure: path, ...(callId === undefined ? {} : { callId }) };
    if (outcome.kind === 'accepted') {
      notify(settings.observer, { ...about, kind: 'replySent' });
      return ACK;
    }
    const reason = outcome.kind === 'refused' ? outcome.reason : outcome.kind;
    const error = 'error' in outcome ? outcome.error : 'The deadline has passed.';
    notify(settings.observer, { ...about, kind: 'replyUndeliverable', reason, error });
    const terminal =
      reason === 'gone' || reason === 'denied' || reason === 'tooLarge' || reason === 'invalid';
    if (terminal || runtime.monotonicMs() >= deadlineMs) return ACK;
    return { kind: 'release', delayMs: RETRY_DELAY_MS };
  }

  #refused(reason: Parameters<typeof refusedEvent>[1], procedure: string, detail: string): void {
    notify(
      this.#options.settings.observer,
      refusedEvent(this.#options.queue, reason, procedure, detail),
    );
  }

  #tellError(failure: CallFailure): void {
    try {
      const told: unknown = this.#options.settings.onError?.(failure);
      // An async hook fits the type, too.
      if (told instanceof Promise) told.catch(ignore);
    } catch {
      // A hook watches; what it throws must not cost the reply.
    }
  }
}

const ACK: Settlement = { kind: 'ack' };

function ignore(): void {}

/** Another delivery of this request may have run, here or elsewhere. */
function mayHaveRun({ receiveCount }: IncomingFrame): boolean {
  return receiveCount > 1;
}

/** A task that failed comes again, later each time, until the queue's redrive policy takes it. */
function taskAgain(receiveCount: number): Settlement {
  return {
    kind: 'release',
    delayMs: Math.min(MAX_TASK_DELAY_MS, RETRY_DELAY_MS * 2 ** Math.min(receiveCount, 20)),
  };
}

function refusedEvent(
  queue: string,
  reason: RequestRefusal,
  procedure: string,
  detail: string,
): Extract<ResponderEvent, { readonly kind: 'requestRefused' }> {
  return { kind: 'requestRefused', queue, reason, procedure, detail };
}
