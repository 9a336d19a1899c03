import {
  DEFAULT_TASK,
  DeclaredError,
  NonRetryableError,
  type ResolvedTaskSettings,
} from '@replyq/contract';
import { notify, type Observer, type Outbox, type Runtime } from '@replyq/contract/transport';
import {
  ATTRIBUTE,
  formatTaskFailure,
  type DecodedRequestHeader,
  type WireFrame,
} from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { timesReceived, type IncomingFrame, type Settlement } from './incoming.ts';
import { KnownReleases } from './known-releases.ts';
import type { ServedRequest } from './reply-maker.ts';
import type { ServiceTable } from './service.ts';
import { ACK, LEAVE, RETRY } from './settlements.ts';

/** As long as SQS holds a message back. */
const MAX_HELD_BACK_MS = 900_000;
/** For a copy that is sent on or to the dead letters; the message is held meanwhile. */
const SEND_WITHIN_MS = 20_000;

export interface TaskRunsOptions {
  readonly runtime: Runtime;
  /** The request queue's name, for observers and failure notes. */
  readonly queue: string;
  /** Of the request queue itself, for tasks that are not due yet. */
  readonly own: () => Outbox;
  /** Undefined: there is no dead-letter queue that is known. */
  readonly deadLetters: () => Outbox | undefined;
  readonly observer: Observer | undefined;
}

/** One task, received. */
export interface Task {
  readonly incoming: IncomingFrame;
  readonly header: Partial<DecodedRequestHeader>;
  /** For observers: a known path, or `unknown`. */
  readonly procedure: string;
  /** The number of this run, 1 for the first. */
  readonly attempt: number;
  readonly settings: ResolvedTaskSettings;
}

/**
 * What becomes of tasks: requests that are tried again until they succeed, since nobody waits.
 *
 * T1: a task that failed comes again after its back-off, by its message's visibility.
 * T2: one whose attempts are used up, or that says that another run would fail, too, goes to the dead
 *     letters with the reason; its message is deleted once the copy is there. Without dead letters it stays.
 * T3: a task that is not due is sent on, as late as the queue holds it back; its message is deleted
 *     once the copy is there.
 * T4: no run begins whose number is past the attempts: one that kills its process every time ends, too.
 */
export class TaskRuns {
  readonly #options: TaskRunsOptions;
  readonly #releases = new KnownReleases();

  constructor(options: TaskRunsOptions) {
    this.#options = options;
  }

  /** The number of this run: of receives, those that surely were no run are not counted. */
  attemptOf(incoming: IncomingFrame): number {
    return Math.max(1, timesReceived(incoming) - this.#releases.of(incoming.messageId));
  }

  /** It was given back without having run. */
  released({ messageId }: IncomingFrame): void {
    this.#releases.add(messageId);
  }

  /** Why it does not run now: it is not due, or its attempts are used up. */
  early(task: Task): Promise<Settlement> | undefined {
    const { attempt, header, incoming, settings } = task;
    const leftMs = (header.due ?? 0) - serviceNowMs(incoming);
    if (leftMs > 0) return this.#sendOn(task, leftMs);
    const { attempts } = settings;
    if (attempt <= attempts) return undefined;
    const message = `Received ${attempt} times; whoever ran it last has not said how that ended.`;
    return this.#bury(task, new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message }), attempts);
  }

  /** A run has failed. */
  failed(
    task: Task,
    error: TRPCError,
    { final }: { readonly final: boolean } = { final: isFinal(error) },
  ): Settlement | Promise<Settlement> {
    const { attempt, settings } = task;
    const { attempts, backoff } = settings;
    if (attempt >= attempts || final) return this.#bury(task, error, attempt);
    const { runtime } = this.#options;
    const mostMs = Math.min(backoff.maxMs, backoff.initialMs * 2 ** Math.min(attempt - 1, 30));
    const retryInMs = Math.round(mostMs * (1 - runtime.random() / 2));
    notify(this.#options.observer, {
      ...this.#about(task),
      kind: 'taskRetried',
      retryInMs,
      error: error.message,
    });
    return { kind: 'release', delayMs: retryInMs };
  }

  /** T3. */
  async #sendOn(task: Task, leftMs: number): Promise<Settlement> {
    const { runtime, own } = this.#options;
    const { frame, groupId } = task.incoming;
    const outcome = await own().send({
      deadlineMs: runtime.monotonicMs() + SEND_WITHIN_MS,
      pack: false,
      delayMs: Math.min(leftMs, MAX_HELD_BACK_MS),
      ...(groupId === undefined ? {} : { groupId }),
      withdrawn: () => false,
      encode: () => frame,
    });
    if (outcome.kind === 'accepted') {
      notify(this.#options.observer, { ...this.#about(task), kind: 'taskSentOn', leftMs });
      return ACK;
    }
    this.released(task.incoming);
    return RETRY;
  }

  /** T2. */
  async #bury(task: Task, error: TRPCError, attempts: number): Promise<Settlement> {
    const { deadLetters, observer } = this.#options;
    const outbox = deadLetters();
    const about = { ...this.#about(task), error: error.message };
    const failed =
      outbox === undefined
        ? 'No dead-letter queue is known.'
        : await this.#sendDead(task.incoming, outbox, error, attempts);
    if (outbox !== undefined && failed === undefined) {
      notify(observer, { ...about, kind: 'taskDeadLettered', code: error.code, to: outbox.queue });
      return ACK;
    }
    notify(observer, { ...about, kind: 'taskStuck', why: failed ?? '' });
    return LEAVE;
  }

  /** Why it was not taken; undefined: it was. */
  async #sendDead(
    incoming: IncomingFrame,
    outbox: Outbox,
    error: TRPCError,
    attempts: number,
  ): Promise<string | undefined> {
    const { queue, runtime } = this.#options;
    const { frame, groupId, messageId } = incoming;
    const at = Math.round(serviceNowMs(incoming));
    const note = formatTaskFailure({
      queue,
      code: error.code,
      message: error.message,
      attempts,
      at,
    });
    const copy: WireFrame = {
      ...frame,
      attributes: { ...frame.attributes, [ATTRIBUTE.failure]: { type: 'String', value: note } },
    };
    const fifo = outbox.queue.endsWith('.fifo');
    const outcome = await outbox.send({
      deadlineMs: runtime.monotonicMs() + SEND_WITHIN_MS,
      pack: false,
      ...(fifo ? { groupId: groupId ?? messageId, deduplicationId: messageId } : {}),
      withdrawn: () => false,
      encode: () => copy,
    });
    if (outcome.kind === 'accepted') return undefined;
    return 'error' in outcome ? outcome.error : `Not sent within ${SEND_WITHIN_MS} ms.`;
  }

  #about({ attempt, header, procedure }: Task): {
    readonly queue: string;
    readonly procedure: string;
    readonly attempt: number;
    readonly task?: string;
  } {
    const about = { queue: this.#options.queue, procedure, attempt };
    return header.task === undefined ? about : { ...about, task: header.task };
  }
}

export function taskOf({ admitted, attempt, incoming }: ServedRequest, table: ServiceTable): Task {
  const { header, path, service } = admitted;
  const settings = service.procedures?.get(path)?.settings.task ?? DEFAULT_TASK;
  return { incoming, header, procedure: table.labelOf(service, path), attempt, settings };
}

/** The queue's clock. */
function serviceNowMs(incoming: IncomingFrame): number {
  return incoming.sentAtMs + incoming.ageMs();
}

/** Codes that say of the request itself that it will not do. */
const FINAL: ReadonlySet<string> = new Set([
  'PARSE_ERROR',
  'BAD_REQUEST',
  'UNAUTHORIZED',
  'PAYMENT_REQUIRED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_SUPPORTED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNPROCESSABLE_CONTENT',
  'NOT_IMPLEMENTED',
]);

/** Whether another run would fail, too. */
function isFinal({ cause, code }: TRPCError): boolean {
  return NonRetryableError.is(cause) || DeclaredError.is(cause) || FINAL.has(code);
}
