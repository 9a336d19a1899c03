import { messageOf } from '@replyq/contract';
import { notify, PATIENT_SHARE, type SendOutcome } from '@replyq/contract/transport';
import { TRPCError } from '@trpc/server';
import { aboutRequest, type Told } from './about-request.ts';
import type { NotAdmitted, Route } from './admission.ts';
import type { AnswererOptions } from './answerer-options.ts';
import { encodeOutput } from './body-codec.ts';
import { refusalBody } from './failure.ts';
import type { IncomingFrame, Settlement } from './incoming.ts';
import { hasBegun, mayHaveRun, type ReplyMaker, type ServedRequest } from './reply-maker.ts';
import { ReplySender } from './reply-sender.ts';
import type { StoredReply } from './reply-store.ts';
import { checkOutput } from './schema-check.ts';
import { ACK, RETRY } from './settlements.ts';

/** How long the result of a task is tried to be told, while its message is held. */
const TASK_REPLY_MS = 20_000;
/** What is older than this is no news. */
const PROGRESS_MS = 10_000;

/** Sends replies, and says from what became of them how the request is settled. */
export class ReplyDelivery {
  readonly #options: AnswererOptions;
  readonly #maker: ReplyMaker;
  readonly #sender: ReplySender;

  constructor(options: AnswererOptions, maker: ReplyMaker) {
    this.#options = options;
    this.#maker = maker;
    this.#sender = new ReplySender(options.runtime, options.replies, options.packs);
  }

  /** A reply that the queue does not take is replaced by a small error that says so. */
  async send(reply: StoredReply, request: ServedRequest): Promise<Settlement> {
    const { admitted } = request;
    const { isTask } = admitted;
    if (admitted.route === undefined) return ACK;
    const deadlineMs = isTask ? this.#soon(TASK_REPLY_MS) : request.deadlineMs;
    let outcome = await this.#sent(reply, request, admitted.route, deadlineMs);
    const unfit =
      outcome.kind === 'refused' && (outcome.reason === 'tooLarge' || outcome.reason === 'invalid')
        ? outcome
        : undefined;
    if (unfit !== undefined) {
      const error = new TRPCError({
        code: unfit.reason === 'tooLarge' ? 'PAYLOAD_TOO_LARGE' : 'INTERNAL_SERVER_ERROR',
        message: `The reply cannot be sent: ${unfit.error}`,
      });
      const small = this.#maker.ofError(error, request, { entered: true });
      outcome = await this.#sent(small, request, admitted.route, deadlineMs);
    }
    const settlement = this.#settlementOf(outcome, deadlineMs, admitted);
    // A task is done, whether or not anybody hears of it: it must not run again for that.
    return isTask ? ACK : settlement;
  }

  #sent(
    reply: StoredReply,
    request: ServedRequest,
    route: Route,
    deadlineMs: number,
  ): Promise<SendOutcome> {
    const { admitted, incoming } = request;
    const to = { route, deadlineMs, patienceMs: this.#patienceMs(request) };
    return admitted.family === 'foreign'
      ? this.#sender.sendToForeign(reply, { ...to, pack: false }, incoming.frame.replyTo ?? '')
      : this.#sender.send(reply, { ...to, pack: true });
  }

  /**
   * A twentieth of what its call has taken; but the request is held for twice its handler's time at most, with what
   * the reply store has taken. A backlog makes calls old, and a reply that waits holds a place that requests need.
   */
  #patienceMs({ begunAtMs, endedAtMs, incoming }: ServedRequest): number {
    const { draining, patientReplies, runtime } = this.#options;
    if (!patientReplies || draining.aborted) return 0;
    if (begunAtMs === undefined || endedAtMs === undefined) return 0;
    const heldUntilMs = endedAtMs + (endedAtMs - begunAtMs);
    return Math.min(incoming.ageMs() * PATIENT_SHARE, heldUntilMs - runtime.monotonicMs());
  }

  /** Tells whoever waits for a task that it has failed for good. Nothing depends on it. */
  async tellFailure(error: TRPCError, request: ServedRequest): Promise<void> {
    if (request.admitted.route === undefined) return;
    const facts = { entered: hasBegun(request) };
    await this.send(this.#maker.ofKnownError(error, request, facts), request);
  }

  /** Tells whoever waits for a task how far it is. Never rejects; nothing depends on it. */
  async tellProgress(value: unknown, seq: number, { admitted }: ServedRequest): Promise<void> {
    const { family, path, route, service } = admitted;
    const { queue, settings, table } = this.#options;
    if (route === undefined) return;
    try {
      const schema = service.procedures?.get(path)?.progress;
      const { value: checked } =
        schema === undefined ? { value } : await checkOutput(schema, value);
      const body = encodeOutput(service, family, checked);
      const deadlineMs = this.#soon(PROGRESS_MS);
      const event = { ...body, kind: 'event', seq } as const;
      const outcome = await this.#sender.send(event, { route, deadlineMs, pack: true });
      if (outcome.kind === 'accepted') return;
      throw new Error('error' in outcome ? outcome.error : `Not sent within ${PROGRESS_MS} ms.`);
    } catch (cause) {
      const error = messageOf(cause);
      const procedure = table.labelOf(service, path);
      notify(settings.observer, { kind: 'progressLost', queue, procedure, error });
    }
  }

  #soon(ms: number): number {
    return this.#options.runtime.monotonicMs() + ms;
  }

  /** Answers a request that was not admitted. */
  async refuse(
    refusal: Extract<NotAdmitted, { readonly kind: 'answer' }>,
    incoming: IncomingFrame,
  ): Promise<Settlement> {
    const { runtime, table } = this.#options;
    const { code, family, message, route, timeoutMs } = refusal;
    const body = refusalBody(code, message, mayHaveRun(incoming));
    const deadlineMs = runtime.monotonicMs() + timeoutMs - incoming.ageMs();
    const encoded = encodeOutput(table.first, family, body);
    const reply = { ...encoded, kind: 'error' } as const;
    const outcome = await this.#sender.send(reply, { route, deadlineMs, pack: false });
    return this.#settlementOf(outcome, deadlineMs, { callId: route.virtualQueue });
  }

  /** A2 of the answerer: acked only if accepted, or if no reply can help any more. */
  #settlementOf(outcome: SendOutcome, deadlineMs: number, to: Told): Settlement {
    const { runtime, settings } = this.#options;
    if (outcome.kind === 'accepted') {
      if (settings.observer !== undefined)
        notify(settings.observer, { ...aboutRequest(this.#options, to), kind: 'replySent' });
      return ACK;
    }
    const about = aboutRequest(this.#options, to);
    const reason = outcome.kind === 'refused' ? outcome.reason : outcome.kind;
    const error = 'error' in outcome ? outcome.error : 'The deadline has passed.';
    notify(settings.observer, { ...about, kind: 'replyUndeliverable', reason, error });
    return FINAL.has(reason) || runtime.monotonicMs() >= deadlineMs ? ACK : RETRY;
  }
}

/** The reply queue will not take this reply, whoever sends it and however often. */
const FINAL: ReadonlySet<string> = new Set(['gone', 'denied', 'tooLarge', 'invalid']);
