/**
 * Turns one delivery into `ack` or `release`, and knows no poll loop. In reading order:
 *
 *   admission.ts       header, reply address, deadline, procedure
 *   body-codec.ts      the input, decoded as its content says
 *   reply-store.ts     the seam that knows what has run before
 *   invocation.ts      the run: context, interceptors, tRPC, call scope
 *   open-runs.ts       owns the runs that have not ended: signals, deadlines
 *   reply-maker.ts     what a result or an error is on the wire (failure.ts)
 *   reply-delivery.ts  the reply on its way, and what follows for the request
 *
 * A1: user code is entered only while its caller still waits; that is checked last thing before.
 * A2: `ack` only after the reply queue has accepted the reply, or where there is surely nobody to
 *     reply to, and that was observed.
 * A4: what comes again in one message with others is not run, but sent again by itself, so that
 *     whatever is the matter with one of them is not the others' end.
 * A3: whatever a message holds, the answerer does not reject; what it cannot settle it gives back.
 */
import { notify } from '@replyq/contract/transport';
import { WireError } from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { admit, type Admitted, type NotAdmitted } from './admission.ts';
import { decodeInput } from './body-codec.ts';
import { toInputError } from './failure.ts';
import type { AnswererOptions } from './answerer-options.ts';
import { senderOf, timesReceived, type IncomingFrame, type Settlement } from './incoming.ts';
import { invoke, type InvocationOptions } from './invocation.ts';
import { OpenRuns } from './open-runs.ts';
import { payloadHash } from './payload-hash.ts';
import { ReplyDelivery } from './reply-delivery.ts';
import { ReplyMaker, type ServedRequest } from './reply-maker.ts';
import type { ClaimRequest } from './reply-store.ts';
import { ACK, GIVE_BACK, LEAVE, RETRY, taskAgain } from './settlements.ts';

/** What a running handler occupies. */
export interface Slot {
  handled(): void;
}

export class Answerer {
  readonly #options: AnswererOptions;
  readonly #surroundings: InvocationOptions;
  readonly #maker: ReplyMaker;
  readonly #delivery: ReplyDelivery;

  constructor(options: AnswererOptions) {
    this.#options = options;
    const { closing, runtime, settings } = options;
    const runs = new OpenRuns({ runtime, closing, graceMs: settings.graceMs });
    this.#surroundings = { ...options, runs };
    this.#maker = new ReplyMaker(settings);
    this.#delivery = new ReplyDelivery(options, this.#maker);
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
    const { closing, queue, runtime, settings, table } = this.#options;
    const { admitted, deadlineMs, incoming } = request;
    const { content, path, service } = admitted;
    const claim = await settings.replyStore.claim(this.#claimOf(request));
    if (claim.kind === 'busy') return { kind: 'release', delayMs: claim.retryInMs };
    if (claim.kind === 'stored') return this.#delivery.send(claim.reply, request);
    if (claim.kind === 'run' && incoming.separable && incoming.receiveCount > 1) {
      // A4: before anything of it is looked at.
      await settings.replyStore.abandon(claim.token);
      return GIVE_BACK;
    }
    let input: unknown;
    try {
      input = decodeInput(service, content, incoming.frame.body, settings.allowTypes);
    } catch (cause) {
      // What a router's own transformer says may be as long as the caller likes.
      const detail = cause instanceof WireError ? cause.message : 'unreadable';
      const refused = { kind: 'requestRefused', queue, reason: 'badInput', detail } as const;
      notify(settings.observer, { ...refused, procedure: table.labelOf(service, path) });
      if (claim.kind === 'run') await settings.replyStore.abandon(claim.token);
      const reply = this.#maker.ofError(toInputError(cause), request, { entered: false });
      return this.#delivery.send(reply, request);
    }
    if (claim.kind === 'conflict') {
      const message = 'The idempotency key was used with another input.';
      const error = new TRPCError({ code: 'CONFLICT', message });
      return this.#delivery.send(
        this.#maker.ofError(error, request, { input, entered: false }),
        request,
      );
    }
    // A1.
    const expired = runtime.monotonicMs() >= deadlineMs;
    if (expired || closing.aborted) {
      await settings.replyStore.abandon(claim.token);
      if (!expired) return GIVE_BACK;
      this.#expired(table.labelOf(service, path), incoming.ageMs());
      return ACK;
    }
    return this.#run(request, input, claim.token, slot);
  }

  async #run(
    request: ServedRequest,
    input: unknown,
    token: string,
    slot: Slot | undefined,
  ): Promise<Settlement> {
    const { closing, queue, runtime, settings, table } = this.#options;
    const { admitted, deadlineMs, incoming } = request;
    const { callId, path, route, service } = admitted;
    const receiveCount = timesReceived(incoming);
    const startedMs = runtime.monotonicMs();
    const call = callId === undefined ? {} : { callId };
    const queuedMs = incoming.ageMs();
    const about = { queue, procedure: table.labelOf(service, path), ...call };
    notify(settings.observer, { ...about, kind: 'handlerStarted', receiveCount, queuedMs });
    const run = await invoke(admitted, incoming, input, deadlineMs, this.#surroundings);
    slot?.handled();
    const reply = this.#maker.ofRun(run, request);
    const elapsedMs = runtime.monotonicMs() - startedMs;
    const outcome = reply?.outcome ?? 'abandoned';
    // By now a lazy router has been loaded.
    const procedure = table.labelOf(service, path);
    notify(settings.observer, { ...about, procedure, kind: 'handlerSettled', elapsedMs, outcome });
    // Cut short by closing: another process may still do it in time.
    if (closing.aborted && run.end.kind !== 'result') {
      await settings.replyStore.abandon(token);
      return GIVE_BACK;
    }
    if (reply === undefined || (route === undefined && reply.kind === 'error')) {
      await settings.replyStore.abandon(token);
      return route === undefined ? taskAgain(receiveCount) : ACK;
    }
    if (reply.kind === 'error' && !run.entered) {
      // Nothing has run: the next call with this key may have better luck.
      await settings.replyStore.abandon(token);
    } else if (!(await settings.replyStore.record(token, reply))) {
      return RETRY;
    }
    return this.#delivery.send(reply, request);
  }

  #claimOf({ admitted, deadlineMs, incoming }: ServedRequest): ClaimRequest {
    const { runtime, settings } = this.#options;
    const { callId, header, path, service, type } = admitted;
    const about = `${service.contract ?? ''}/${path}`;
    // Nobody guesses a call id; a key may be anybody's.
    const id = header.key ?? callId ?? incoming.messageId;
    const sender = header.key === undefined ? '' : (senderOf(incoming) ?? '');
    return {
      key: `${sender}/${about}/${id}`,
      payloadHash: () => payloadHash(incoming.frame.body),
      // As long as the handler may keep its slot.
      leaseMs: deadlineMs - runtime.monotonicMs() + settings.graceMs,
      idempotent: type === 'query' || service.procedures?.get(path)?.settings.idempotent === true,
    };
  }

  #expired(procedure: string, ageMs: number): void {
    const { queue, settings } = this.#options;
    notify(settings.observer, { kind: 'requestExpired', queue, procedure, ageMs });
  }
}
