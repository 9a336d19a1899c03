import { SIMULATION_START_MS, type Fact, type Violation } from '@replyq/testing';
import { SCHEDULE } from './schedulers.ts';
import type { TaskKnobs } from './task-knobs.ts';

/** A tick is given up when it is four minutes late; outages end within one, and so do slots that fill again. */
const LONG_ENOUGH_MS = 180_000;

interface Scheduler {
  readonly name: string;
  readonly fromMs: number;
  /** Died, closed, stood still, or had its clock set. */
  toMs: number;
  readonly aheadMs: number;
}

interface Tick {
  readonly atMs: number;
  readonly call: string;
  readonly process: string;
  readonly enqueuedMs: number;
}

/** I45: each tick that some scheduler could see to is enqueued, and none before its time or that is none. */
export function judgeTicks(
  facts: readonly Fact[],
  { everyMs }: Pick<TaskKnobs, 'everyMs'>,
): readonly Violation[] {
  if (everyMs === undefined) return [];
  const schedulers = schedulersOf(facts);
  const ticks = ticksOf(facts);
  const outcomes = new Map<string, string>();
  for (const fact of facts) if (fact.kind === 'callSettled') outcomes.set(fact.call, fact.outcome);
  return [
    ...wrongTicks(ticks, schedulers, everyMs),
    ...lostTicks(ticks, schedulers, outcomes, everyMs),
  ];
}

function wrongTicks(
  ticks: readonly Tick[],
  schedulers: ReadonlyMap<string, Scheduler>,
  everyMs: number,
): readonly Violation[] {
  return ticks.flatMap(({ atMs, call, enqueuedMs, process }) => {
    const scheduler = schedulers.get(process);
    if (scheduler === undefined || enqueuedMs > scheduler.toMs) return [];
    const inMs = atMs - (enqueuedMs + scheduler.aheadMs);
    if (inMs <= 0 && atMs % everyMs === 0) return [];
    const message =
      inMs > 0 ? `${call} was enqueued ${inMs} ms too early` : `${call} is no tick: ${atMs}`;
    return [{ invariant: 'I45', message, atMs: enqueuedMs }];
  });
}

function lostTicks(
  ticks: readonly Tick[],
  schedulers: ReadonlyMap<string, Scheduler>,
  outcomes: ReadonlyMap<string, string>,
  everyMs: number,
): readonly Violation[] {
  const enqueued = new Set<number>();
  const refused = new Set<string>();
  for (const { atMs, call, process } of ticks) {
    const outcome = outcomes.get(call);
    if (outcome === 'ok') enqueued.add(atMs);
    // Refused for good: that process tries it no more.
    else if (outcome === 'BAD_REQUEST') refused.add(`${process} ${atMs}`);
  }
  const violations: Violation[] = [];
  for (const { aheadMs, fromMs, name, toMs } of schedulers.values()) {
    const lastMs = toMs + aheadMs - LONG_ENOUGH_MS;
    // From the first one after its start on.
    let atMs = (Math.floor((fromMs + aheadMs) / everyMs) + 1) * everyMs;
    for (; atMs < lastMs; atMs += everyMs) {
      if (enqueued.has(atMs) || refused.has(`${name} ${atMs}`)) continue;
      const message = `The tick at ${atMs} was never enqueued, though ${name} was there from ${fromMs} to ${toMs}`;
      violations.push({ invariant: 'I45', message, atMs: atMs - aheadMs });
    }
  }
  return violations;
}

function schedulersOf(facts: readonly Fact[]): ReadonlyMap<string, Scheduler> {
  const schedulers = new Map<string, Scheduler>();
  const endMs = facts.at(-1)?.atMs ?? 0;
  for (const fact of facts) {
    const { atMs, process } = fact;
    if (fact.kind === 'started' && process.startsWith('scheduler-')) {
      const { aheadMs = 0 } = fact;
      schedulers.set(process, { name: process, fromMs: atMs, toMs: endMs, aheadMs });
      continue;
    }
    const ends =
      fact.kind === 'crashed' || fact.kind === 'closing' || fact.kind === 'stalled'
        ? [...schedulers.values()].filter(({ name }) => name === process)
        : fact.kind === 'fault' && fact.atom.startsWith('stepClock@scheduler-')
          ? [...schedulers.values()].filter(({ name }) => fact.atom.includes(slotOf(name)))
          : [];
    for (const scheduler of ends) scheduler.toMs = Math.min(scheduler.toMs, atMs);
  }
  return schedulers;
}

function slotOf(process: string): string {
  return `@${process.slice(0, process.indexOf('.'))}#`;
}

const TICK_ID = new RegExp(`^tick:${SCHEDULE}@(.+)$`);

/** By true time since the start of the run, as if all clocks were right. */
function ticksOf(facts: readonly Fact[]): readonly Tick[] {
  return facts.flatMap((fact) => {
    if (fact.kind !== 'callStarted') return [];
    const at = TICK_ID.exec(fact.task?.deduplicationId ?? '')?.[1];
    if (at === undefined) return [];
    const atMs = Date.parse(at) - SIMULATION_START_MS;
    return [{ atMs, call: fact.call, process: fact.process, enqueuedMs: fact.atMs }];
  });
}
