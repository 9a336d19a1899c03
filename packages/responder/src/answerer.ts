/**
 * Turns one delivery into `ack` or `release`, and knows no poll loop. In reading order:
 *
 *   admission.ts       header, reply address, deadline, procedure
 *   serving.ts         what was admitted, from its claim to its run
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
import { TRPCError } from '@trpc/server';
import { aboutRequest, tellExpired } from './about-request.ts';
import { admit, type Admitted, type NotAdmitted } from './admission.ts';
import type { AnswererOptions } from './answerer-options.ts';
import type { Slot } from './claims.ts';
import { timesReceived, type IncomingFrame, type Settlement } from './incoming.ts';
import { ReplyDelivery } from './reply-delivery.ts';
import { hasBegun, ReplyMaker, type ServedRequest } from './reply-maker.ts';
import { Serving } from './serving.ts';
import { ACK, GIVE_BACK, LEAVE, RETRY, RETRY_DELAY_MS } from './settlements.ts';
import { taskOf, TaskRuns, type TellFailure } from './task-runs.ts';

export class Answerer {
  readonly #options: AnswererOptions;
  readonly #delivery: ReplyDelivery;
  readonly #tasks: TaskRuns;
  readonly #serving: Serving;

  constructor(options: AnswererOptions) {
    this.#options = options;
    const maker = new ReplyMaker(options.settings);
    this.#delivery = new ReplyDelivery(options, maker);
    const tell: TellFailure = (error, request) => this.#delivery.tellFailure(error, request);
    const { observer } = options.settings;
    this.#tasks = new TaskRuns({ ...options, observer, tell });
    const parts = { maker, delivery: this.#delivery, tasks: this.#tasks, tell };
    this.#serving = new Serving(options, parts);
  }

  /** A3. `slot` is told when the handler has ended; the reply may still be on its way. */
  async answer(incoming: IncomingFrame, slot?: Slot): Promise<Settlement> {
    const { queue, settings } = this.#options;
    try {
      const admission = admit(incoming, this.#options);
      if (admission.kind !== 'admitted') return await this.#turnAway(admission, incoming);
      const request = this.#requestOf(admission, incoming);
      return admission.isTask
        ? await this.#serveTask(request, slot)
        : await this.#serving.serve(request, slot);
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
        tellExpired(this.#options, admission.path, admission.ageMs);
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
    return { admitted, incoming, deadlineMs, attempt, begunAtMs: undefined, endedAtMs: undefined };
  }

  /** A task whose result can go nowhere. */
  #unanswerable(admitted: Admitted, error: ReplyAddressRule): void {
    const about = aboutRequest(this.#options, admitted);
    const event = { ...about, kind: 'replyUndeliverable', reason: 'replyAddress', error } as const;
    notify(this.#options.settings.observer, event);
  }

  async #serveTask(request: ServedRequest, slot: Slot | undefined): Promise<Settlement> {
    const { queue, settings, table } = this.#options;
    const { incoming } = request;
    const early = this.#tasks.early(taskOf(request, table));
    if (early !== undefined) return early;
    try {
      const settlement = await this.#serving.serve(request, slot);
      // Cut short by closing: that was no attempt either.
      if (settlement.kind === 'ack' || (hasBegun(request) && settlement !== GIVE_BACK))
        return settlement;
      return this.#tasks.givenBack(incoming, settlement.delayMs);
    } catch (error) {
      notify(settings.observer, { kind: 'answererFailed', queue, error });
      return hasBegun(request) ? RETRY : this.#tasks.givenBack(incoming, RETRY_DELAY_MS);
    }
  }
}
