import { messageOf, RpcError } from '@replyq/contract';
import { inTime, notify, sleep } from '@replyq/contract/transport';
import { MAX_ATTEMPT_MS, type ResolvedSchedule, type ScheduleTick } from './schedule-options.ts';
import type { TickClaim } from './tick-lease.ts';

/** How a tick ended in this process. */
export type TickEnd =
  /** `unrecorded`: why the lease was not told. */
  | { readonly kind: 'enqueued'; readonly taskId: string; readonly unrecorded?: string }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'missed'; readonly error: string }
  | { readonly kind: 'closed' };

/** Longer than an attempt and the pause after it. */
const LEASE_MS = 30_000;
/** Far above what a store takes that works. */
const MAX_ANSWER_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

/** What will not do, however often it is tried here. */
const FINAL: ReadonlySet<string> = new Set(['BAD_REQUEST', 'PAYLOAD_TOO_LARGE', 'CLOSED']);

type Step =
  | TickEnd
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'failed'; readonly cause: unknown };

/**
 * One tick in one process, from when it is due until it is in the queue, here or elsewhere, or too late.
 *
 * K1: it is enqueued only while this process holds the lease, and with the tick's own deduplication id however often.
 * K2: it is given up only when it is `lateMs` late, refused for good, or the schedule is closed; then the lease
 *     is another's to take.
 */
export class TickRun {
  readonly #tick: ScheduleTick;
  readonly #schedule: ResolvedSchedule;
  readonly #closing: AbortSignal;
  /** Undefined: not claimed. */
  #token: string | object | undefined;
  #attempt = 0;
  #error = 'It was due while nobody looked.';

  constructor(tick: ScheduleTick, schedule: ResolvedSchedule, closing: AbortSignal) {
    this.#tick = tick;
    this.#schedule = schedule;
    this.#closing = closing;
  }

  /** Does not reject. */
  async run(): Promise<TickEnd> {
    const end = await this.#untilItEnds();
    if (end.kind !== 'enqueued') await this.#abandon();
    return end;
  }

  async #untilItEnds(): Promise<TickEnd> {
    const { runtime } = this.#schedule;
    for (;;) {
      if (this.#closing.aborted) return { kind: 'closed' };
      if (this.#leftMs() <= 0) return { kind: 'missed', error: this.#error };
      const step = await this.#step().catch(
        (cause: unknown) => ({ kind: 'failed', cause }) as const,
      );
      if (step.kind !== 'wait' && step.kind !== 'failed') return step;
      const waitMs = step.kind === 'wait' ? step.waitMs : this.#failed(step.cause);
      if (waitMs === undefined) return { kind: 'missed', error: this.#error };
      const mostMs = Math.max(1, Math.min(waitMs, this.#leftMs()));
      await sleep(runtime, mostMs, { signal: this.#closing, keepAlive: true });
    }
  }

  async #step(): Promise<Step> {
    const { lease } = this.#schedule;
    if (this.#token === undefined) {
      const claim = await this.#claim();
      if (claim.kind === 'busy') return { kind: 'wait', waitMs: claim.retryInMs };
      if (claim.kind !== 'run') return { kind: 'elsewhere' };
      this.#token = claim.token;
    } else if (this.#token !== '' && !(await this.#answer(lease.renew(this.#token, LEASE_MS)))) {
      this.#token = undefined;
      return { kind: 'wait', waitMs: 0 };
    }
    // Closed meanwhile, or the store took its time.
    if (this.#closing.aborted || this.#leftMs() <= 0) return { kind: 'wait', waitMs: 0 };
    const taskId = await this.#enqueue();
    return this.#record(taskId);
  }

  async #claim(): Promise<TickClaim> {
    const { lease } = this.#schedule;
    const claiming = lease.claim(claimOf(this.#tick));
    try {
      return await this.#answer(claiming);
    } catch (cause) {
      // What comes late is not used, and would keep the others out.
      const giveBack = (claim: TickClaim): unknown =>
        claim.kind === 'run' && claim.token !== '' ? lease.abandon(claim.token) : undefined;
      Promise.resolve(claiming)
        .then(giveBack)
        .catch(() => {});
      throw cause;
    }
  }

  /** Of the lease. Rejects where it takes too long. */
  #answer<T>(answer: T | PromiseLike<T>): Promise<T> {
    const { runtime } = this.#schedule;
    return inTime(answer, { runtime, limitMs: MAX_ANSWER_MS, late: 'The lease does not answer.' });
  }

  /** K1: the input is part of the attempt, or the lease would run out over it. */
  async #enqueue(): Promise<string> {
    const { inputOf, options, runtime, task } = this.#schedule;
    const { deduplicationId } = this.#tick;
    const ending = new AbortController();
    const { signal } = ending;
    const end = (): void => ending.abort();
    const attemptMs = Math.min(MAX_ATTEMPT_MS, this.#leftMs());
    const timer = runtime.setTimer(attemptMs, end, { keepAlive: true });
    this.#closing.addEventListener('abort', end);
    try {
      const making = {
        runtime,
        limitMs: attemptMs,
        signal,
        late: 'The input was not made in time.',
      };
      const input = await inTime(inputOf(this.#tick), making);
      return (await task.enqueue(input, { ...options, deduplicationId, signal })).id;
    } finally {
      timer.cancel();
      this.#closing.removeEventListener('abort', end);
    }
  }

  async #record(taskId: string): Promise<TickEnd> {
    const token = this.#token;
    if (token === undefined || token === '') return { kind: 'enqueued', taskId };
    try {
      const note = { kind: 'result', content: 'text', body: taskId } as const;
      if (await this.#answer(this.#schedule.lease.record(token, note)))
        return { kind: 'enqueued', taskId };
      return { kind: 'enqueued', taskId, unrecorded: 'Another process has claimed the tick.' };
    } catch (cause) {
      return { kind: 'enqueued', taskId, unrecorded: messageOf(cause) };
    }
  }

  /** The pause until the next attempt; undefined: there is none. */
  #failed(cause: unknown): number | undefined {
    this.#attempt += 1;
    this.#error = messageOf(cause);
    if (this.#closing.aborted) return 0;
    if (RpcError.is(cause) && FINAL.has(cause.code)) return undefined;
    const { name, observer, runtime } = this.#schedule;
    const mostMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#attempt - 1));
    const retryInMs = Math.round(mostMs * (1 - runtime.random() / 2));
    const about = { schedule: name, atMs: this.#tick.atMs, error: this.#error };
    notify(observer, { kind: 'tickRetried', ...about, retryInMs });
    return retryInMs;
  }

  async #abandon(): Promise<void> {
    if (this.#token === undefined || this.#token === '') return;
    try {
      await this.#answer(this.#schedule.lease.abandon(this.#token));
    } catch {
      // It runs out by itself.
    }
  }

  #leftMs(): number {
    const { lateMs, runtime } = this.#schedule;
    return this.#tick.atMs + lateMs - runtime.nowMs();
  }
}

function claimOf({ deduplicationId }: ScheduleTick): {
  readonly key: string;
  readonly payloadHash: undefined;
  readonly leaseMs: number;
  readonly repeatsForMs: number;
  readonly idempotent: false;
} {
  return {
    key: deduplicationId,
    payloadHash: undefined,
    leaseMs: LEASE_MS,
    repeatsForMs: Infinity,
    idempotent: false,
  };
}
