import type { FaultPlan } from './fault-plan.ts';

/** Something that happens to a process, or to its queue, at an instant. */
export interface ProcessEvent {
  /** How the shrinker knows it. */
  readonly atom: string;
  readonly slot: string;
  readonly atMs: number;
  readonly what:
    | { readonly kind: 'crash'; readonly downMs: number }
    /** SIGTERM, and a new process afterwards. */
    | { readonly kind: 'restart'; readonly downMs: number }
    | { readonly kind: 'stall'; readonly forMs: number }
    | { readonly kind: 'stepClock'; readonly byMs: number }
    /** Somebody deletes its host reply queue. */
    | { readonly kind: 'deleteHostQueue' };
}

export interface ProcessEventsOptions {
  readonly random: () => number;
  readonly plan: FaultPlan;
  readonly slots: readonly string[];
  readonly overMs: number;
}

const HOUR_MS = 3_600_000;

/** Draws what happens to the processes of a run. */
export function drawProcessEvents(options: ProcessEventsOptions): readonly ProcessEvent[] {
  const { overMs, plan, random, slots } = options;
  const calm = random() < 0.2;
  return slots.flatMap((slot) => {
    const dice = Array.from({ length: 3 }, () => [random(), random(), random()] as const);
    if (calm) return [];
    return dice.flatMap(([what, when, much], index) => {
      const event = eventOf(slot, what, much);
      if (event === undefined) return [];
      const drawn = { slot, atMs: Math.floor(when * overMs), what: event };
      return [{ ...drawn, atom: `${event.kind}@${slot}#${index + 1}` }].filter(({ atom }) =>
        plan.admits(atom),
      );
    });
  });
}

function eventOf(slot: string, what: number, much: number): ProcessEvent['what'] | undefined {
  const downMs = 100 + Math.floor(much * 5000);
  if (what < 0.12) return { kind: 'crash', downMs };
  if (what < 0.22) return { kind: 'restart', downMs };
  if (what < 0.34) return { kind: 'stall', forMs: Math.floor(much ** 3 * 25_000) + 100 };
  if (what < 0.38) return { kind: 'stepClock', byMs: (much < 0.5 ? -1 : 1) * HOUR_MS };
  if (what < 0.41 && slot.startsWith('requester')) return { kind: 'deleteHostQueue' };
  return undefined;
}
