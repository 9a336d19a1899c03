/*
 * Tasks that are enqueued again and again. What is where:
 *
 *   schedule-options.ts  what may be said of a schedule, and what cannot hold
 *   ticks.ts             when: each so many milliseconds
 *   cron-ticks.ts        when: a cron expression in a time zone
 *   begun-ticks.ts       which were begun here, for a clock that is set back
 *   tick-id.ts           the deduplication id of a tick
 *   tick-run.ts          one tick: claimed, enqueued, tried again, given up
 *   tick-lease.ts        the seam by which one process enqueues and the others know
 */
import { RpcError } from '@replyq/contract';
import { notify, sleep } from '@replyq/contract/transport';
import { BegunTicks } from './begun-ticks.ts';
import {
  resolveSchedule,
  type ResolvedSchedule,
  type ScheduleOptions,
  type ScheduleTick,
} from './schedule-options.ts';
import { tickId } from './tick-id.ts';
import { TickRun } from './tick-run.ts';

/** Keeps the process alive from `start` to `close`. */
export interface Schedule extends AsyncDisposable {
  readonly name: string;
  /** From now on each tick is enqueued. Idempotent. Throws an `RpcError` CLOSED after `close`. */
  start(): void;
  /** The first tick after now, started or not. Undefined only at the end of the calendar. */
  next(): ScheduleTick | undefined;
  /**
   * No more ticks. What is being enqueued is withdrawn if it has not left, and left for the other processes; resolves
   * when nothing is under way. Idempotent, never rejects.
   */
  close(): Promise<void>;
}

/** The wall clock may be set, and timers cannot be longer than 24 days: it is read again after so long. */
const LOOK_EVERY_MS = 60_000;
/** Set back by more than that, what the clock had passed counts for nothing: ticks may be enqueued again. */
const SET_BACK_MS = 10_800_000;
/** Ticks under way at once, while the queue cannot be reached. */
const MOST_UNDER_WAY = 1000;

/**
 * Enqueues a task at each tick. Meant to run in every process of a fleet: ticks and their deduplication ids are the same in all
 * of them. Throws an `RpcError` BAD_REQUEST for what cannot be a schedule; does nothing before `start`.
 */
export function createSchedule<TInput>(options: ScheduleOptions<TInput>): Schedule {
  return new TickingSchedule(resolveSchedule(options));
}

class TickingSchedule implements Schedule {
  readonly #settings: ResolvedSchedule;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #begun = new BegunTicks();
  /** Everything up to here is done, under way or given up. */
  #doneMs = 0;
  /** When the wall clock was read last, by the other one. */
  #lookedMs = 0;
  #loop: Promise<void> | undefined;

  constructor(settings: ResolvedSchedule) {
    this.#settings = settings;
  }

  get name(): string {
    return this.#settings.name;
  }

  start(): void {
    if (this.#closing.signal.aborted) {
      const message = `The schedule "${this.name}" was closed.`;
      throw new RpcError({ code: 'CLOSED', message });
    }
    if (this.#loop !== undefined) return;
    this.#doneMs = this.#startMs();
    this.#lookedMs = this.#settings.runtime.monotonicMs();
    this.#loop = this.#run();
  }

  next(): ScheduleTick | undefined {
    const { runtime, ticks } = this.#settings;
    const atMs = ticks.after(runtime.nowMs());
    return atMs === undefined ? undefined : this.#tickAt(atMs);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await Promise.all(this.#underWay);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startMs(): number {
    const { catchUp, runtime, ticks } = this.#settings;
    const nowMs = runtime.nowMs();
    const lastMs = catchUp === 'last' ? ticks.upTo(nowMs) : undefined;
    return lastMs === undefined || !this.#isInTime(lastMs, nowMs) ? nowMs : lastMs - 1;
  }

  async #run(): Promise<void> {
    const { runtime, ticks } = this.#settings;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const nowMs = this.#look();
      let atMs = ticks.after(this.#doneMs);
      while (atMs !== undefined && atMs <= nowMs) {
        this.#due(atMs, nowMs);
        atMs = ticks.after(this.#doneMs);
      }
      const waitMs = Math.min(LOOK_EVERY_MS, (atMs ?? Infinity) - nowMs);
      await sleep(runtime, waitMs, { signal, keepAlive: true });
    }
  }

  /** The wall clock. Set back, it was wrong before: what it had passed is due again, but for what was begun. */
  #look(): number {
    const { runtime } = this.#settings;
    const nowMs = runtime.nowMs();
    const lookedMs = runtime.monotonicMs();
    // It may have been set just after the last look.
    this.#doneMs = Math.min(this.#doneMs, nowMs - (lookedMs - this.#lookedMs));
    this.#lookedMs = lookedMs;
    this.#begun.keep(nowMs - SET_BACK_MS, nowMs + SET_BACK_MS);
    return nowMs;
  }

  /** The process stood still, or its clock was set, if there are several. */
  #due(atMs: number, nowMs: number): void {
    const { lateMs, ticks } = this.#settings;
    const begunMs = this.#begun.spanEnd(atMs);
    if (begunMs !== undefined) {
      this.#doneMs = begunMs;
      return;
    }
    if (!this.#isInTime(atMs, nowMs)) {
      this.#doneMs = ticks.upTo(nowMs - lateMs) ?? atMs;
      return this.#missed(atMs, this.#doneMs, 'It was due while nobody looked.');
    }
    this.#begun.add(atMs, this.#doneMs);
    this.#doneMs = atMs;
    if (this.#underWay.size >= MOST_UNDER_WAY)
      return this.#missed(atMs, atMs, `${MOST_UNDER_WAY} ticks are under way.`);
    const ending = this.#enqueue(this.#tickAt(atMs)).finally(() => this.#underWay.delete(ending));
    this.#underWay.add(ending);
  }

  async #enqueue(tick: ScheduleTick): Promise<void> {
    const { observer, runtime } = this.#settings;
    const { atMs, schedule } = tick;
    const end = await new TickRun(tick, this.#settings, this.#closing.signal).run();
    if (end.kind === 'missed') {
      // Perhaps only by a clock that was wrong.
      this.#begun.remove(atMs);
      this.#missed(atMs, atMs, end.error);
    }
    if (end.kind !== 'enqueued') return;
    const { kind: _, ...told } = end;
    const late = Math.max(0, runtime.nowMs() - atMs);
    notify(observer, { kind: 'tickEnqueued', schedule, atMs, lateMs: late, ...told });
  }

  #missed(firstMs: number, lastMs: number, error: string): void {
    const { name, observer } = this.#settings;
    notify(observer, { kind: 'tickMissed', schedule: name, atMs: firstMs, lastMs, error });
  }

  /** Whether it may still be enqueued. */
  #isInTime(atMs: number, nowMs: number): boolean {
    return nowMs - atMs < this.#settings.lateMs;
  }

  #tickAt(atMs: number): ScheduleTick {
    const { name } = this.#settings;
    return { schedule: name, atMs, deduplicationId: tickId(name, atMs) };
  }
}
