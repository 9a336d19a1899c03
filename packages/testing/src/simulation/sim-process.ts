import type { Runtime, Timer } from '@replyq/contract/transport';
import { createSeededRandom } from '../seeded-random.ts';
import type { EventLoop } from './event-loop.ts';
import type { Happening } from './fact.ts';
import type { History } from './history.ts';

export interface SimProcessOptions {
  readonly name: string;
  readonly seed: number;
  readonly loop: EventLoop;
  readonly history: History;
  /** True wall clock at the start of the run, epoch milliseconds. */
  readonly startMs: number;
  /** How far this host's wall clock is ahead of the true one. */
  readonly wallOffsetMs: number;
  /** Asked before each time that something happens in it, with how often something has. */
  readonly diesAt?: (nth: number) => boolean;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

/**
 * One simulated operating-system process, and the {@link Runtime} of the code in it.
 *
 * P1: after {@link crash} nothing of it ever runs again: its timers do not fire, what it waits for
 *     is never answered.
 * P2: while it is stalled nothing of it runs; what was due then happens afterwards, in order.
 */
export class SimProcess implements Runtime {
  readonly name: string;
  readonly random: () => number;
  /** Timers that were set and have neither fired nor been cancelled. */
  openTimers = 0;
  /** Operations of the world outside that it has not been answered. */
  openOperations = 0;
  readonly #options: SimProcessOptions;
  readonly #idRandom: () => number;
  readonly #bornMs: number;
  #wallOffsetMs: number;
  #stalledUntilMs = 0;
  #crashed = false;
  #reached = 0;
  readonly #onCrash = new Set<() => void>();

  constructor(options: SimProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#wallOffsetMs = options.wallOffsetMs;
    this.random = createSeededRandom(options.seed, `random ${options.name}`);
    this.#idRandom = createSeededRandom(options.seed, `id ${options.name}`);
    // Any origin will do, and none may be relied on.
    this.#bornMs = Math.floor(options.loop.nowMs - this.random() * 1e9);
  }

  get crashed(): boolean {
    return this.#crashed;
  }

  nowMs(): number {
    const { loop, startMs } = this.#options;
    return Math.floor(startMs + this.#wallOffsetMs + loop.nowMs);
  }

  monotonicMs(): number {
    return this.#options.loop.nowMs - this.#bornMs;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    return new SimTimer(this, this.#options.loop, delayMs, fire);
  }

  createId(length: number): string {
    let id = '';
    for (let index = 0; index < length; index += 1) {
      id += ALPHABET.charAt(Math.floor(this.#idRandom() * ALPHABET.length));
    }
    return id;
  }

  /** The wall clock jumps; the monotonic one does not. */
  stepWallClock(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** P1. */
  crash(): void {
    if (this.#crashed) return;
    this.tell({ kind: 'crashed' });
    this.#crashed = true;
    for (const notice of this.#onCrash) notice();
    this.#onCrash.clear();
  }

  /** P2. */
  stall(forMs: number): void {
    if (this.#crashed) return;
    this.tell({ kind: 'stalled', forMs });
    const untilMs = this.#options.loop.nowMs + forMs;
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, untilMs);
  }

  /** Something from outside reaches the process: at once, after its stall, or never. */
  reach(act: () => void): void {
    const { loop } = this.#options;
    if (this.#crashed) return;
    if (this.#stalledUntilMs > loop.nowMs) {
      loop.putOffTo(this.#stalledUntilMs, () => this.reach(act));
      return;
    }
    this.#reached += 1;
    if (this.#options.diesAt?.(this.#reached) === true) this.crash();
    else act();
  }

  /** The world outside notices that the process is no more. Returns how to notice no longer. */
  onCrash(notice: () => void): () => void {
    this.#onCrash.add(notice);
    return () => void this.#onCrash.delete(notice);
  }

  /** Writes down what happens in it. The dead write nothing. */
  tell(happening: Happening): void {
    if (!this.#crashed) this.#options.history.add(this.name, happening);
  }
}

class SimTimer implements Timer {
  readonly #process: SimProcess;
  readonly #fire: () => void;
  #open = true;
  #event: Timer;

  constructor(process: SimProcess, loop: EventLoop, delayMs: number, fire: () => void) {
    this.#process = process;
    this.#fire = fire;
    process.openTimers += 1;
    this.#event = loop.after(delayMs, () => process.reach(() => this.#due()));
  }

  cancel(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#process.openTimers -= 1;
    this.#event.cancel();
  }

  #due(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#process.openTimers -= 1;
    this.#fire();
  }
}
