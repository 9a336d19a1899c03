import { notify } from '@replyq/contract/transport';
import { WireError } from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { tellExpired } from './about-request.ts';
import type { AnswererOptions } from './answerer-options.ts';
import { decodeInput } from './body-codec.ts';
import { Claims, type Claimed, type Slot } from './claims.ts';
import { toInputError } from './failure.ts';
import { HandlerTurns } from './handler-turns.ts';
import type { Settlement } from './incoming.ts';
import type { Lease } from './leases.ts';
import { OpenRuns } from './open-runs.ts';
import type { ReplyDelivery } from './reply-delivery.ts';
import type { ReplyMaker, ServedRequest } from './reply-maker.ts';
import type { StoredReply } from './reply-store.ts';
import { ScheduledStart } from './scheduled-start.ts';
import { ACK, GIVE_BACK, RETRY } from './settlements.ts';
import { taskOf, type TaskRuns, type TellFailure } from './task-runs.ts';

type Decoded =
  | { readonly kind: 'input'; readonly input: unknown }
  | { readonly kind: 'refused'; readonly reply: StoredReply; readonly error: TRPCError };

export interface ServingParts {
  readonly maker: ReplyMaker;
  readonly delivery: ReplyDelivery;
  readonly tasks: TaskRuns;
  readonly tell: TellFailure;
}

/** Serves what was admitted: claims it, and lets it run, or says why not. Owns the runs of one answerer. */
export class Serving {
  readonly #options: AnswererOptions;
  readonly #maker: ReplyMaker;
  readonly #delivery: ReplyDelivery;
  readonly #claims: Claims;
  readonly #tasks: TaskRuns;
  readonly #turns: HandlerTurns;
  readonly #scheduled: ScheduledStart;

  constructor(options: AnswererOptions, { delivery, maker, tasks, tell }: ServingParts) {
    const { closing, queue, runtime, settings } = options;
    const { graceMs, observer, schedules: store } = settings;
    const runs = new OpenRuns({ runtime, closing, graceMs });
    this.#options = options;
    this.#maker = maker;
    this.#delivery = delivery;
    this.#tasks = tasks;
    this.#claims = new Claims(options, runs);
    this.#scheduled = new ScheduledStart({ queue, runtime, closing, store, observer, tell });
    const surroundings = { ...options, runs, delivery };
    this.#turns = new HandlerTurns({ answerer: options, surroundings, maker, delivery, tasks });
  }

  serve(request: ServedRequest, slot: Slot | undefined): Settlement | Promise<Settlement> {
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
    tellExpired(this.#options, this.#options.table.labelOf(service, path), incoming.ageMs());
    return ACK;
  }
}
