import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { outcomeOf, type CallMix, type Outcome } from './call-mix.ts';
import type { Caller } from './caller.ts';
import type { Plant } from './planted.ts';

/** Callers that call again when they are answered. */
const CALLERS = 768;
const PACE_MS = 5;

/** What becomes of any call when requests are lost or its requester closes. */
const BY_FAULT: ReadonlySet<Outcome> = new Set(['TIMEOUT', 'SEND_UNKNOWN', 'NOT_SENT', 'CLOSED']);

/** A call that has not settled: a table like those that are tested for what they keep. */
export class OpenCall {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

/** Makes calls, and keeps the books on them. */
export class Load {
  readonly mix: CallMix;
  readonly settled: Record<Outcome, number> = {};
  /** Outcomes that nothing explains, and what was left on the signals of calls that are over. */
  readonly wrong: string[] = [];
  readonly #callerOf: (callNumber: number) => Caller;
  readonly #open = new Set<OpenCall>();
  /** Undefined: nothing leaks here. */
  plant: Plant | undefined;
  started = 0;

  constructor(mix: CallMix, callerOf: (callNumber: number) => Caller) {
    this.mix = mix;
    this.#callerOf = callerOf;
  }

  get open(): number {
    return this.#open.size;
  }

  get over(): number {
    return Object.values(this.settled).reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when that many calls more have settled. */
  async run(calls: number, callsPerSecond: number | undefined): Promise<void> {
    const last = this.started + calls;
    if (callsPerSecond !== undefined) return this.#runPaced(last, callsPerSecond);
    const caller = async (): Promise<void> => {
      while (this.started < last) await this.#call();
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  }

  async #runPaced(last: number, callsPerSecond: number): Promise<void> {
    const first = this.started;
    const beganMs = performance.now();
    const open: Promise<void>[] = [];
    while (this.started < last) {
      const due = first + ((performance.now() - beganMs) * callsPerSecond) / 1000;
      while (this.started < Math.min(due, last)) open.push(this.#call());
      await sleep(PACE_MS);
    }
    await Promise.all(open);
  }

  async #call(): Promise<void> {
    this.started += 1;
    const call = new OpenCall(this.started);
    this.#open.add(call);
    const { answer, expected, signal } = this.mix.begin(this.#callerOf(this.started));
    const watched = this.plant === undefined ? answer : this.plant.around(call, answer);
    const outcome = await watched.then(() => 'OK', outcomeOf);
    this.#open.delete(call);
    this.settled[outcome] = (this.settled[outcome] ?? 0) + 1;
    if (outcome !== expected && !BY_FAULT.has(outcome) && !tooFast(expected, outcome))
      this.#found(`A call ended ${outcome}, not ${expected}.`);
    const listeners = signal === undefined ? 0 : getEventListeners(signal, 'abort').length;
    if (listeners > 0) this.#found(`${listeners} abort listeners are left on a call's signal.`);
  }

  #found(text: string): void {
    if (this.wrong.length < 20) this.wrong.push(text);
  }
}

/** It was answered before it was aborted, or before its deadline: a turn of the event loop may take long. */
function tooFast(expected: Outcome, outcome: Outcome): boolean {
  return outcome === 'OK' && (expected === 'CANCELLED' || expected === 'TIMEOUT');
}
