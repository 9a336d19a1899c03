/**
 * Turns one delivery into `ack` or `release`, and knows no poll loop. In reading order:
 *
 *   admission.ts       header, reply address, deadline, procedure
 *   body-codec.ts      the input, decoded as its content says
 *   claims.ts          what the reply store makes of it: run, wait, or the stored reply
 *   claim-request.ts   as what the store knows a request
 *   reply-store.ts     the seam that knows what has run before
 *   leases.ts          owns what is claimed there: renewing, doubt
 *   scheduled-start.ts  whether a task was replaced or cancelled before its run
 *   handler-turns.ts   the handler's turn, and what becomes of the request then
 *   invocation.ts      the run: context, interceptors, procedure, call scope
 *   open-runs.ts       owns the runs that have not ended: signals, deadlines
 *   task-copies.ts     copies of tasks, for later or for the dead letters
 *   task-runs.ts       tasks, which are tried until they succeed: back-off, dead letters, what is not due yet
 *   reply-maker.ts     what a result or an error is on the wire (failure.ts)
 *   reply-delivery.ts  the reply on its way, and what follows for the request
 *   progress-reports.ts  what a run tells of itself, the newest in place of all
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
import { notify, type ReplyAddressRule } from '@replyq/contract/transport';
import { WireError } from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { aboutRequest } from './about-request.ts';
import { admit, type Admitted, type NotAdmitted } from './admission.ts';
import { decodeInput } from './body-codec.ts';
import { Claims, type Claimed, type Slot } from './claims.ts';
import { toInputError } from './failure.ts';
import type { AnswererOptions } from './answerer-options.ts';
import { HandlerTurns } from './handler-turns.ts';
import { timesReceived, type IncomingFrame, type Settlement } from './incoming.ts';
import type { Lease } from './leases.ts';
import { OpenRuns } from './open-runs.ts';
import { ReplyDelivery } from './reply-delivery.ts';
import { ReplyMaker, type ServedRequest } from './reply-maker.ts';
import type { StoredReply } from './reply-store.ts';
import { ScheduledStart } from './scheduled-start.ts';
import { ACK, GIVE_BACK, LEAVE, RETRY, RETRY_DELAY_MS } from './settlements.ts';
import { taskOf, TaskRuns } from './task-runs.ts';

type Decoded =
  | { readonly kind: 'input'; readonly input: unknown }
  | { readonly kind: 'refused'; readonly reply: StoredReply; readonly error: TRPCError };

export class Answerer {
  readonly #options: AnswererOptions;
  readonly #maker: ReplyMaker;
  readonly #delivery: ReplyDelivery;
  readonly #claims: Claims;
  readonly #tasks: TaskRuns;
  readonly #turns: HandlerTurns;
  readonly #scheduled: ScheduledStart;

  constructor(options: AnswererOptions) {
    this.#options = options;
    const { closing, runtime, settings } = options;
    const runs = new OpenRuns({ runtime, closing, graceMs: settings.graceMs });
    this.#maker = new ReplyMaker(settings);
    this.#delivery = new ReplyDelivery(options, this.#maker);
    this.#claims = new Claims(options, runs);
    const { observer, schedules: store } = settings;
    const tell = (error: TRPCError, request: ServedRequest): Promise<void> =>
      this.#delivery.tellFailure(error, request);
    this.#tasks = new TaskRuns({ ...options, observer, tell });
    this.#scheduled = new ScheduledStart({ queue: options.queue, runtime, store, observer, tell });
    this.#turns = new HandlerTurns({
      answerer: options,
      surroundings: { ...options, runs, delivery: this.#delivery },
      maker: this.#maker,
      delivery: this.#delivery,
      tasks: this.#tasks,
    });
  }

  /** A3. `slot` is told when the handler has ended; the reply may still be on its way. */
  async answer(incoming: IncomingFrame, slot?: Slot): Promise<Settlement> {
    const { queue, settings } = this.#options;
    try {
      const admission = admit(incoming, this.#options);
      return admission.kind === 'admitted'
        ? await this.#serveAdmitted(this.#requestOf(admission, incoming), slot)
        : await this.#turnAway(admission, incoming);
    } catch (error) {
      notify(settings.observer, { kind: 'answererFailed', queue, error });
      return RETRY;
    }
  }

  /** What was received and has no slot: it comes again, and that was no attempt. */
  putBack(incoming: IncomingFrame): Settlement {
    return this.#tasks.givenBack(incoming, RETRY_DELAY_MS);
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
      case 'unfitTask': {
        const { code, detail, reason } = admission;
        notify(observer, { kind: 'requestRefused', queue, reason, procedure: 'unknown', detail });
        return this.#tasks.unfit(admission, incoming, new TRPCError({ code, message: detail }));
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
    const { isTask, timeoutMs } = admitted;
    const spentMs = isTask ? 0 : incoming.ageMs();
    const deadlineMs = this.#options.runtime.monotonicMs() + timeoutMs - spentMs;
    const { refusedAddress } = admitted;
    if (refusedAddress !== undefined) this.#unanswerable(admitted, refusedAddress);
    const attempt = isTask ? this.#tasks.attemptOf(incoming) : timesReceived(incoming);
    return { admitted, incoming, deadlineMs, attempt, begun: false };
  }

  /** A task whose result can go nowhere. */
  #unanswerable(admitted: Admitted, error: ReplyAddressRule): void {
    const about = aboutRequest(this.#options, admitted);
    const event = { ...about, kind: 'replyUndeliverable', reason: 'replyAddress', error } as const;
    notify(this.#options.settings.observer, event);
  }

  #serveAdmitted(request: ServedRequest, slot: Slot | undefined): Settlement | Promise<Settlement> {
    return request.admitted.isTask ? this.#serveTask(request, slot) : this.#serve(request, slot);
  }

  async #serveTask(request: ServedRequest, slot: Slot | undefined): Promise<Settlement> {
    const { queue, settings, table } = this.#options;
    const { incoming } = request;
    const early = this.#tasks.early(taskOf(request, table));
    if (early !== undefined) return early;
    try {
      const settlement = await this.#serve(request, slot);
      // Cut short by closing: that was no attempt either.
      if (settlement.kind === 'ack' || (request.begun && settlement !== GIVE_BACK))
        return settlement;
      return this.#tasks.givenBack(incoming, settlement.delayMs);
    } catch (error) {
      notify(settings.observer, { kind: 'answererFailed', queue, error });
      return request.begun ? RETRY : this.#tasks.givenBack(incoming, RETRY_DELAY_MS);
    }
  }

  #serve(request: ServedRequest, slot: Slot | undefined): Settlement | Promise<Settlement> {
    const claiming = this.#claims.claim(request, slot);
    return 'kind' in claiming
      ? this.#serveAs(claiming, request, slot)
      : claiming.then((claimed) => this.#serveAs(claimed, request, slot));
  }

  #serveAs(
    claimed: Claimed,
    request: ServedRequest,
    slot: Slot | undefined,
  ): Settlement | Promise<Settlement> {
    switch (claimed.kind) {
      case 'settled':
        return claimed.settlement;
      case 'tooLate':
        return this.#tooLate(request);
      case 'stored':
        return this.#delivery.send(claimed.reply, request);
      case 'conflict':
        return this.#refuseConflict(request);
      case 'run':
        return this.#serveUnder(claimed.lease, request, slot);
    }
  }

  async #serveUnder(
    lease: Lease,
    request: ServedRequest,
    slot: Slot | undefined,
  ): Promise<Settlement> {
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
    const { admitted, incoming } = request;
    // A4: before anything of it is looked at.
    if (incoming.separable && incoming.receiveCount > 1) return GIVE_BACK;
    return admitted.header.schedule === undefined
      ? this.#enter(request, lease, slot)
      : this.#enterUnlessCancelled(request, lease, slot);
  }

  /** What was cancelled is not judged either. */
  async #enterUnlessCancelled(
    request: ServedRequest,
    lease: Lease,
    slot: Slot | undefined,
  ): Promise<Settlement> {
    return (await this.#scheduled.may(request))
      ? this.#enter(request, lease, slot)
      : this.#scheduled.cancelled(taskOf(request, this.#options.table), request);
  }

  #enter(
    request: ServedRequest,
    lease: Lease,
    slot: Slot | undefined,
  ): Settlement | Promise<Settlement> {
    const { closing, runtime } = this.#options;
    const { admitted, deadlineMs } = request;
    const over = admitted.isTask
      ? this.#tasks.over(taskOf(request, this.#options.table))
      : undefined;
    if (over !== undefined) return over;
    const decoded = this.#decode(request);
    if (decoded.kind === 'refused') return this.#refuse(decoded, request);
    // A1.
    if (runtime.monotonicMs() >= deadlineMs) return this.#tooLate(request);
    if (closing.aborted) return GIVE_BACK;
    if (lease.doubt !== undefined) return RETRY;
    return this.#turns.run(request, decoded.input, lease, slot);
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
      const error = toInputError(cause);
      const reply = this.#maker.ofError(error, request, { entered: false });
      return { kind: 'refused', reply, error };
    }
  }

  /** What will not do, however often it comes. */
  #refuse(
    { error, reply }: { readonly error: TRPCError; readonly reply: StoredReply },
    request: ServedRequest,
  ): Settlement | Promise<Settlement> {
    return request.admitted.isTask
      ? this.#tasks.failed(taskOf(request, this.#options.table), error, { final: true })
      : this.#delivery.send(reply, request);
  }

  async #refuseConflict(request: ServedRequest): Promise<Settlement> {
    const decoded = this.#decode(request);
    if (decoded.kind === 'refused') return this.#refuse(decoded, request);
    const message = 'The idempotency key was used with another input.';
    const error = new TRPCError({ code: 'CONFLICT', message });
    // A copy of it may have met a store that did not know the key.
    const facts = { input: decoded.input, entered: true };
    return this.#refuse({ error, reply: this.#maker.ofError(error, request, facts) }, request);
  }

  #tooLate({ admitted, incoming }: ServedRequest): Settlement {
    const { isTask, path, service } = admitted;
    // No caller's clock runs for a task: it has only waited too long for another run of it.
    if (isTask) return GIVE_BACK;
    this.#expired(this.#options.table.labelOf(service, path), incoming.ageMs());
    return ACK;
  }

  #expired(procedure: string, ageMs: number): void {
    const { queue, settings } = this.#options;
    notify(settings.observer, { kind: 'requestExpired', queue, procedure, ageMs });
  }
}
