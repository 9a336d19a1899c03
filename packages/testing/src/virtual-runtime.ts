import type { Runtime } from '@replyq/contract/transport';
import { drain } from './drain.ts';
import { createSeededRandom } from './seeded-random.ts';
import { VirtualTimers } from './virtual-timers.ts';

export interface VirtualRuntimeOptions {
  /** The same seed draws the same numbers and ids. Default 1. */
  readonly seed?: number;
  /** The true wall clock at the start, epoch milliseconds. Default 2026-01-01T00:00Z. */
  readonly startMs?: number;
  /** How far this host's wall clock is ahead of the true one. Default 0. */
  readonly wallOffsetMs?: number;
}

/** A {@link Runtime} whose time moves only when it is told to. The monotonic clock starts at 0. */
export interface VirtualRuntime extends Runtime {
  /**
   * Moves time on by `ms`, from due timer to due timer, each followed by all microtasks that it
   * set off. Rejects with what a timer throws.
   */
  advance(ms: number): Promise<void>;
  /** Runs the microtasks that are due. Time stands still. */
  settle(): Promise<void>;
  /**
   * Moves from timer to timer until `promise` settles, and settles like it. Rejects when no timer
   * is left that could settle it, or when `limitMs` (default 1 h) of virtual time would be passed.
   */
  run<T>(promise: Promise<T>, options?: { readonly limitMs?: number }): Promise<T>;
  /** Timers that were set and have neither fired nor been cancelled. */
  timerCount(): number;
  /** The wall clock jumps; the monotonic one does not. */
  stepWallClock(ms: number): void;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const DEFAULT_START_MS = Date.UTC(2026, 0, 1);
const DEFAULT_LIMIT_MS = 3_600_000;

export function createVirtualRuntime(options: VirtualRuntimeOptions = {}): VirtualRuntime {
  const { seed = 1, startMs = DEFAULT_START_MS, wallOffsetMs = 0 } = options;
  const timers = new VirtualTimers();
  const random = createSeededRandom(seed, 'random');
  const idRandom = createSeededRandom(seed, 'id');
  let elapsedMs = 0;
  let wallMs = startMs + wallOffsetMs;

  async function fireNext(): Promise<void> {
    const { nextAtMs = elapsedMs } = timers;
    const fire = timers.shift();
    moveTo(Math.max(elapsedMs, nextAtMs));
    fire?.();
    await drain();
  }

  function moveTo(ms: number): void {
    wallMs += ms - elapsedMs;
    elapsedMs = ms;
  }

  return {
    nowMs: () => Math.floor(wallMs),
    monotonicMs: () => elapsedMs,
    setTimer: (delayMs, fire) => timers.set(elapsedMs + Math.max(0, delayMs), fire),
    random,
    createId: (length) =>
      Array.from({ length }, () => ALPHABET.charAt(Math.floor(idRandom() * 64))).join(''),
    timerCount: () => timers.size,
    settle: drain,

    stepWallClock(ms: number): void {
      wallMs += ms;
    },

    async advance(ms: number): Promise<void> {
      const untilMs = elapsedMs + ms;
      await drain();
      while (timers.nextAtMs !== undefined && timers.nextAtMs <= untilMs) await fireNext();
      moveTo(Math.max(elapsedMs, untilMs));
      await drain();
    },

    async run<T>(
      promise: Promise<T>,
      { limitMs = DEFAULT_LIMIT_MS }: { readonly limitMs?: number } = {},
    ): Promise<T> {
      const untilMs = elapsedMs + limitMs;
      const state = { settled: false };
      const settle = (): void => {
        state.settled = true;
      };
      promise.then(settle, settle);
      await drain();
      while (!state.settled) {
        if (timers.nextAtMs === undefined) {
          throw new Error(`The promise is pending at ${elapsedMs} ms and no timer is left`);
        }
        if (timers.nextAtMs > untilMs) {
          throw new Error(`The promise is still pending after ${limitMs} ms of virtual time`);
        }
        await fireNext();
      }
      return promise;
    },
  };
}
