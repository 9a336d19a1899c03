import type { SimEvent } from './happenings.ts';
import { drawProcessEvents } from './process-events.ts';
import type { Simulation } from './simulation.ts';
import type { TaskPlan } from './task-plan.ts';
import { drawWorldEvents } from './world-events.ts';

export interface TaskEventsOptions {
  readonly slots: readonly string[];
  readonly plans: readonly TaskPlan[];
  readonly faultsMs: number;
}

/** Tasks are worked in moments, and nothing happens for minutes: so events come in rounds, about such moments. */
const ROUNDS = 4;
const ROUND_MS = 60_000;
const BEFORE_MS = 10_000;
const HELD_BACK_MS = 900_000;
const EVENTS_PER_ROUND = 10;

/** Draws what happens to processes, and outages. What loses messages is left out: all are to be found again. */
export function drawTaskEvents(
  simulation: Simulation,
  { faultsMs, plans, slots }: TaskEventsOptions,
): readonly SimEvent[] {
  const { plan } = simulation;
  const [random, world, about] = [
    simulation.stream('events'),
    simulation.stream('world'),
    simulation.stream('rounds'),
  ];
  const events: SimEvent[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const middleMs = momentOf(plans, about);
    const firstNumber = 1 + round * EVENTS_PER_ROUND;
    const drawing = { plan, slots, overMs: ROUND_MS, firstNumber };
    const drawn: readonly SimEvent[] = [
      ...drawProcessEvents({ ...drawing, random }),
      ...drawWorldEvents({ ...drawing, random: world }).filter(
        ({ what }) => what.kind === 'outage',
      ),
    ];
    for (const event of drawn)
      events.push({ ...event, atMs: Math.max(0, middleMs - BEFORE_MS + event.atMs) });
  }
  return events.filter(({ atMs }) => atMs < faultsMs);
}

/** When something is done with one of the tasks: it is enqueued, sent on, or due. */
function momentOf(plans: readonly TaskPlan[], random: () => number): number {
  const [which, when] = [random(), random()];
  const of = plans[Math.floor(which * plans.length)];
  if (of === undefined) return 0;
  const hops = Math.floor(of.delayMs / HELD_BACK_MS);
  const hop = Math.floor(when * (hops + 2));
  return of.atMs + (hop > hops ? of.delayMs : hop * HELD_BACK_MS);
}
