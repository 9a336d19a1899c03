/**
 * Turns one delivery into `ack` or `release`, and knows no poll loop. In reading order:
 *
 *   admission.ts       header, reply address, deadline, procedure
 *   body-codec.ts      the input, decoded as its content says
 *   claims.ts          what the reply store makes of it: run, wait, or the stored reply
 *   claim-request.ts   as what the store knows a request
 *   reply-store.ts     the seam that knows what has run before
 *   leases.ts          owns what is claimed there: renewing, doubt
 *   invocation.ts      the run: context, interceptors, tRPC, call scope
 *   open-runs.ts       owns the runs that have not ended: signals, deadlines
 *   reply-maker.ts     what a result or an error is on the wire (failure.ts)
 *   reply-delivery.ts  the reply on its way, and what follows for the request
 *
 * A1: user code is entered only while its caller still waits; that is checked last thing before.
 * A2: `ack` only after the reply queue has accepted the reply, or where there is surely nobody to
 *     reply to, and that was observed.
 * A3: whatever a message holds, the answerer does not reject; what it cannot settle it gives back.
 * A4: what comes again in one message with others is not run, but sent again by itself, so that
 *     whatever is the matter with one of them is not the others' end.
 * A5: a run whose lease is in doubt speaks only if the store still takes its result; else its request
 *     comes again, and is answered by whichever run was recorded.
 */
import { notify } from '@replyq/contract/transport';
import { WireError } from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { admit, type Admitted, type NotAdmitted } from './admission.ts';
import { decodeInput } from './body-codec.ts';
import { Claims, type Slot } from './claims.ts';
import { toInputError } from './failure.ts';
import type { AnswererOptions } from './answerer-options.ts';
import { timesReceived, type IncomingFrame, type Settlement } from './incoming.ts';
import { invoke, type InvocationOptions } from './invocation.ts';
import type { Lease } from './leases.ts';
import { OpenRuns } from './open-runs.ts';
import { ReplyDelivery } from './reply-delivery.ts';
import { isEarly, ReplyMaker, type ServedRequest } from './reply-maker.ts';
import type { StoredReply } from './reply-store.ts';
import { ACK, GIVE_BACK, LEAVE, RETRY, taskAgain } from './settlements.ts';

type Decoded =
  | { readonly kind: 'input'; readonly input: unknown }
  | { readonly kind: 'refused'; readonly reply: StoredReply };

export class Answerer {
  readonly #options: AnswererOptions;
  readonly #surroundings: InvocationOptions;
  readonly #maker: ReplyMaker;
  readonly #delivery: ReplyDelivery;
  readonly #claims: Claims;

  constructor(options: AnswererOptions) {
    this.#options = options;
    const { closing, runtime, settings } = options;
    const runs = new OpenRuns({ runtime, closing, graceMs: settings.graceMs });
    this.#surroundings = { ...options, runs };
    this.#maker = new ReplyMaker(settings);
    this.#delivery = new ReplyDelivery(options, this.#maker);
    this.#claims = new Claims(options, runs);
  }

  /** A3. `slot` is told when the handler has ended; the reply may still be on its way. */
  async answer(incoming: IncomingFrame, slot?: Slot): Promise<Settlement> {
    const { queue, settings } = this.#options;
    try {
      const admission = admit(incoming, this.#options);
      return admission.kind === 'admitted'
        ? await this.#serve(this.#requestOf(admission, incoming), slot)
        : await this.#turnAway(admission, incoming);
    } catch (error) {
      notify(settings.observer, { kind: 'answererFailed', queue, error });
      return RETRY;
    }
  }

  async #turnAway(admission: NotAdmitted, incoming: IncomingFrame): Promise<Settlement> {
    const { queue, settings } = this.#options;
    const { observer, onForeign } = settings;
    switch (admission.kind) {
      case 'expired':
        this.#expired(admission.path, admission.ageMs);
        return ACK;
      case 'foreign': {
        const action = onForeign === 'delete' ? 'deleted' : 'left';
        notify(observer, { kind: 'foreignRequest', queue, action });
        return action === 'deleted' ? ACK : LEAVE;
      }
      case 'drop': {
        const { detail, reason } = admission;
        notify(observer, { kind: 'requestRefused', queue, reason, procedure: 'unknown', detail });
        return ACK;
      }
      case 'answer': {
        const { detail, reason } = admission;
        notify(observer, { kind: 'requestRefused', queue, reason, procedure: 'unknown', detail });
        return this.#delivery.refuse(admission, incoming);
      }
    }
  }

  #requestOf(admitted: Admitted, incoming: IncomingFrame): ServedRequest {
    // A task has no caller whose clock runs; it may take its time from when it starts.
    const spentMs = admitted.route === undefined ? 0 : incoming.ageMs();
    const deadlineMs = this.#options.runtime.monotonicMs() + admitted.timeoutMs - spentMs;
    return { admitted, incoming, deadlineMs };
  }

  async #serve(request: ServedRequest, slot: Slot | undefined): Promise<Settlement> {
    const claiming = this.#claims.claim(request, slot);
    const claim = 'kind' in claiming ? claiming : await claiming;
    if (claim.kind === 'settled') return claim.settlement;
    if (claim.kind === 'tooLate') return this.#tooLate(request);
    if (claim.kind === 'stored') return this.#delivery.send(claim.reply, request);
    if (claim.kind === 'conflict') return this.#refuseConflict(request);
    const { lease } = claim;
    try {
      return await this.#serveClaimed(request, lease, slot);
    } finally {
      // Before it is given back, or the next one finds it claimed.
      const abandoning = lease.abandon();
      if (abandoning !== undefined) await abandoning;
    }
  }

  #serveClaimed(
    request: ServedRequest,
    lease: Lease,
    slot: Slot | undefined,
  ): Settlement | Promise<Settlement> {
    const { closing, runtime } = this.#options;
    const { deadlineMs, incoming } = request;
    // A4: before anything of it is looked at.
    if (incoming.separable && incoming.receiveCount > 1) return GIVE_BACK;
    const decoded = this.#decode(request);
    if (decoded.kind === 'refused') return this.#delivery.send(decoded.reply, request);
    // A1.
    if (runtime.monotonicMs() >= deadlineMs) return this.#tooLate(request);
    if (closing.aborted) return GIVE_BACK;
    if (lease.doubt !== undefined) return RETRY;
    return this.#run(request, decoded.input, lease, slot);
  }

  #decode(request: ServedRequest): Decoded {
    const { queue, settings, table } = this.#options;
    const { content, path, service } = request.admitted;
    const { body } = request.incoming.frame;
    try {
      return { kind: 'input', input: decodeInput(service, content, body, settings.allowTypes) };
    } catch (cause) {
      // What a router's own transformer says may be as long as the caller likes.
      const detail = cause instanceof WireError ? cause.message : 'unreadable';
      const refused = { kind: 'requestRefused', queue, reason: 'badInput', detail } as const;
      notify(settings.observer, { ...refused, procedure: table.labelOf(service, path) });
      const reply = this.#maker.ofError(toInputError(cause), request, { entered: false });
      return { kind: 'refused', reply };
    }
  }

  async #refuseConflict(request: ServedRequest): Promise<Settlement> {
    const decoded = this.#decode(request);
    if (decoded.kind === 'refused') return this.#delivery.send(decoded.reply, request);
    const message = 'The idempotency key was used with another input.';
    const error = new TRPCError({ code: 'CONFLICT', message });
    // A copy of it may have met a store that did not know the key.
    const facts = { input: decoded.input, entered: true };
    return this.#delivery.send(this.#maker.ofError(error, request, facts), request);
  }

  async #run(
    request: ServedRequest,
    input: unknown,
    lease: Lease,
    slot: Slot | undefined,
  ): Promise<Settlement> {
    const { closing, queue, runtime, settings, table } = this.#options;
    const { admitted, incoming } = request;
    const { callId, path, route, service } = admitted;
    const receiveCount = timesReceived(incoming);
    const startedMs = runtime.monotonicMs();
    const call = callId === undefined ? {} : { callId };
    const queuedMs = incoming.ageMs();
    const about = { queue, procedure: table.labelOf(service, path), ...call };
    notify(settings.observer, { ...about, kind: 'handlerStarted', receiveCount, queuedMs });
    const run = await invoke(request, input, lease, this.#surroundings);
    slot?.handled();
    const { end } = run;
    if (end.kind === 'abandoned')
      lease.outlivedBy(this.#maker.ofLateRun(run, end.started, request));
    const reply = this.#maker.ofRun(run, request);
    const elapsedMs = runtime.monotonicMs() - startedMs;
    const outcome = reply?.outcome ?? 'abandoned';
    // By now a lazy router has been loaded.
    const procedure = table.labelOf(service, path);
    notify(settings.observer, { ...about, procedure, kind: 'handlerSettled', elapsedMs, outcome });
    // Cut short by closing: another process may still do it in time.
    if (closing.aborted && run.end.kind !== 'result') return GIVE_BACK;
    // A5: whatever it says, the abort of its signal may have said it.
    if (lease.doubt !== undefined && run.end.kind === 'failed') return this.#lost(lease.doubt);
    if (reply === undefined || (route === undefined && reply.kind === 'error')) {
      return route === undefined ? taskAgain(receiveCount) : ACK;
    }
    const cutShort = run.end.kind === 'failed' && runtime.monotonicMs() >= request.deadlineMs;
    if (reply.kind === 'error' && (cutShort || isEarly(run, reply.outcome, request))) {
      // That is no answer to the key: the next call with it may have better luck.
      const abandoning = lease.abandon();
      if (abandoning !== undefined) await abandoning;
      return this.#delivery.send(reply, request);
    }
    const recording = lease.record(reply);
    const recorded = typeof recording === 'boolean' ? recording : await recording;
    if (!recorded)
      return this.#lost(
        lease.doubt ??
          new Error('Another run has claimed the key, or the store had no room for this claim.'),
      );
    return this.#delivery.send(reply, request);
  }

  #tooLate({ admitted, incoming }: ServedRequest): Settlement {
    const { path, service } = admitted;
    this.#expired(this.#options.table.labelOf(service, path), incoming.ageMs());
    return ACK;
  }

  /** A5. */
  #lost(error: Error): Settlement {
    notify(this.#options.settings.observer, {
      kind: 'answererFailed',
      queue: this.#options.queue,
      error,
    });
    return RETRY;
  }

  #expired(procedure: string, ageMs: number): void {
    const { queue, settings } = this.#options;
    notify(settings.observer, { kind: 'requestExpired', queue, procedure, ageMs });
  }
}
