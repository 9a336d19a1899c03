import {
  DEFAULT_TASK,
  DeclaredError,
  MAX_DELAY_MS,
  MAX_HELD_BACK_MS,
  NonRetryableError,
  type ResolvedTaskSettings,
} from '@replyq/contract';
import {
  notify,
  RecentMap,
  type Observer,
  type Outbox,
  type Runtime,
} from '@replyq/contract/transport';
import type { DecodedRequestHeader } from '@replyq/contract/wire';
import { TRPCError } from '@trpc/server';
import { timesReceived, type IncomingFrame, type Settlement } from './incoming.ts';
import type { UnfitTask } from './admission.ts';
import { nameOfFrame } from './frame-name.ts';
import { KnownReleases } from './known-releases.ts';
import type { ServedRequest } from './reply-maker.ts';
import type { ServiceTable } from './service.ts';
import { ACK, LEAVE } from './settlements.ts';
import { isUnfit, sendDead, sendLater, serviceNowMs, whyNot } from './task-copies.ts';

/** What was given back without a run comes again within a minute. */
const MAX_WAIT_MS = 60_000;
/** And the second time not at once, whoever gave it back. */
const WAIT_AGAIN_MS = 500;

/** What others may know: a deployment takes its time, and so do those who look after it. */
const ELSEWHERE: ResolvedTaskSettings = {
  attempts: 100,
  backoff: { initialMs: 10_000, maxMs: MAX_HELD_BACK_MS },
  delayMs: 0,
};
/** Tasks that failed for good, could not be moved and are remembered. One that is forgotten may run once more. */
const MAX_VERDICTS = 1000;
/** Tasks that were moved and remembered. One that is forgotten may run once more if its message comes again. */
const MAX_MOVED = 10_000;

/** Tells whoever waits for a task that it has failed for good. Never rejects. */
export type TellFailure = (error: TRPCError, request: ServedRequest) => Promise<void>;

export interface TaskRunsOptions {
  readonly runtime: Runtime;
  /** The request queue's name, for observers and failure notes. */
  readonly queue: string;
  /** Of the request queue itself, for tasks that are not due yet. */
  readonly own: () => Outbox;
  /** Undefined: there is no dead-letter queue that is known. */
  readonly deadLetters: () => Outbox | undefined;
  readonly observer: Observer | undefined;
  readonly tell: TellFailure;
}

/** One task, received. */
export interface Task {
  /** Undefined: it does not run here. */
  readonly request: ServedRequest | undefined;
  readonly incoming: IncomingFrame;
  readonly header: Partial<DecodedRequestHeader>;
  /** For observers: a known path, or `unknown`. */
  readonly procedure: string;
  /** The number of this run, 1 for the first. */
  readonly attempt: number;
  readonly settings: ResolvedTaskSettings;
}

/**
 * What becomes of tasks: requests that are tried again when they fail, since no caller's clock runs. Who waits for the
 * result is told of a failure only once it is for good.
 *
 * T1: a task that failed comes again after its back-off, by its message's visibility.
 * T2: one whose attempts are used up, or that says that another run would fail, too, goes to the dead
 *     letters with the reason; its message is deleted once the copy is there. Without dead letters it stays.
 * T3: a task that is not due is sent on, as late as the queue holds it back; its message is deleted
 *     once the copy is there.
 * T4: no run begins whose number is past the attempts: one that kills its process every time ends, too. But one that
 *     waited here behind another of its group runs all the same, since it may never have run. That is asked of a task
 *     that is claimed: one that is done or running is not judged by its copies.
 */
export class TaskRuns {
  readonly #options: TaskRunsOptions;
  readonly #releases = new KnownReleases();
  /** What failed for good and could not be moved: it does not run again. Of one message, each task by itself. */
  readonly #verdicts = new RecentMap<TRPCError>(MAX_VERDICTS);
  /** What is with the dead letters, and the receive of then: its message may come again, for others or for want of a delete. */
  readonly #moved = new RecentMap<number>(MAX_MOVED);

  constructor(options: TaskRunsOptions) {
    this.#options = options;
  }

  /** The number of this run: of receives, those that surely were no run are not counted. */
  attemptOf(incoming: IncomingFrame): number {
    return Math.max(1, timesReceived(incoming) - this.#releases.of(incoming));
  }

  /** It has not run, and comes again: later each time, lest it wears out the receives that its queue allows. */
  givenBack(incoming: IncomingFrame, delayMs: number): Settlement {
    const before = this.#releases.of(incoming);
    this.#releases.add(incoming);
    const leastMs = before === 0 ? 0 : WAIT_AGAIN_MS;
    const longerMs = Math.min(MAX_WAIT_MS, Math.max(leastMs, delayMs) * 2 ** Math.min(before, 10));
    return { kind: 'release', delayMs: Math.max(delayMs, longerMs) };
  }

  /** Before it is claimed. T3; undefined: it is due. */
  early(task: Task): Promise<Settlement> | undefined {
    const leftMs = (task.header.due ?? 0) - serviceNowMs(task.incoming);
    if (leftMs <= 0) return undefined;
    if (leftMs <= MAX_DELAY_MS) return this.#sendOn(task, leftMs);
    const message = `It is due in ${leftMs} ms: expected at most ${MAX_DELAY_MS}.`;
    return this.#bury(task, new TRPCError({ code: 'BAD_REQUEST', message }), task.attempt);
  }

  /** Once it is claimed, and so neither done nor running: T4, and T2 of one that could not be moved; undefined: it may run. */
  over(task: Task): Settlement | Promise<Settlement> | undefined {
    const { attempt, incoming, settings } = task;
    if (this.#moved.size > 0 || this.#verdicts.size > 0) {
      const name = nameOfFrame(task.incoming);
      // Whoever puts it back begins to count anew.
      if (incoming.receiveCount > (this.#moved.get(name) ?? Infinity)) return ACK;
      const verdict = this.#verdicts.get(name);
      if (verdict !== undefined) return this.#bury(task, verdict, attempt);
    }
    const { attempts } = settings;
    // Of one that waited behind another that kills its process none may have run: this one is its last then.
    if (attempt <= attempts || incoming.waited === true) return undefined;
    const message = `Received ${attempt} times; whoever ran it last has not said how that ended.`;
    return this.#bury(task, new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message }), attempts);
  }

  /** It does not run here. What nobody can run goes to the dead letters, or where there are none is deleted. */
  unfit(
    { elsewhere, header }: UnfitTask,
    incoming: IncomingFrame,
    error: TRPCError,
  ): Settlement | Promise<Settlement> {
    const attempt = this.attemptOf(incoming);
    const task = {
      request: undefined,
      incoming,
      header,
      procedure: 'unknown',
      attempt,
      settings: ELSEWHERE,
    };
    if (!elsewhere && this.#options.deadLetters() === undefined) return ACK;
    return this.early(task) ?? this.failed(task, error, { final: !elsewhere });
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
    const { runtime, observer, own } = this.#options;
    const delayMs = Math.min(leftMs, MAX_HELD_BACK_MS);
    const outcome = await sendLater(own(), task.incoming, delayMs, runtime);
    if (outcome.kind === 'accepted') {
      notify(observer, { ...this.#about(task), kind: 'taskSentOn', leftMs });
      return ACK;
    }
    const why = whyNot(outcome);
    if (isUnfit(outcome)) {
      const message = `It is not due, and cannot be sent on: ${why}`;
      return this.#bury(task, new TRPCError({ code: 'BAD_REQUEST', message }), task.attempt);
    }
    notify(observer, { ...this.#about(task), kind: 'taskStuck', why, error: 'It is not due.' });
    return this.givenBack(task.incoming, delayMs);
  }

  /** T2. */
  async #bury(task: Task, error: TRPCError, attempts: number): Promise<Settlement> {
    const { deadLetters, observer, queue, runtime } = this.#options;
    const outbox = deadLetters();
    const name = nameOfFrame(task.incoming);
    const failure = { queue, code: error.code, message: error.message, attempts };
    const about = { ...this.#about(task), error: error.message };
    const failed =
      outbox === undefined
        ? 'No dead-letter queue is known.'
        : await sendDead(outbox, task.incoming, failure, runtime);
    // Once: what is stuck comes up again and again.
    const isNews = this.#verdicts.get(name) === undefined;
    if (isNews && task.request !== undefined) await this.#options.tell(error, task.request);
    if (outbox !== undefined && failed === undefined) {
      this.#verdicts.delete(name);
      // Without an id of its own it may be any other of its message.
      if (task.header.task !== undefined) this.#moved.set(name, task.incoming.receiveCount);
      notify(observer, { ...about, kind: 'taskDeadLettered', code: error.code, to: outbox.queue });
      return ACK;
    }
    this.#verdicts.set(name, error);
    notify(observer, { ...about, kind: 'taskStuck', why: failed ?? '' });
    return LEAVE;
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

export function taskOf(request: ServedRequest, table: ServiceTable): Task {
  const { admitted, attempt, incoming } = request;
  const { header, path, service } = admitted;
  const settings = service.procedures?.get(path)?.settings.task ?? DEFAULT_TASK;
  const procedure = table.labelOf(service, path);
  return { request, incoming, header, procedure, attempt, settings };
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
