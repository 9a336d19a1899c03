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
    /** The same, but it ends what it has open before it closes. */
    | { readonly kind: 'drain'; readonly downMs: number }
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
  /** Numbers the events of this draw, where there are several. Default 1. */
  readonly firstNumber?: number;
}

const HOUR_MS = 3_600_000;
/** Share of the seeds. */
const SWIZZLES = 0.1;

/** Draws what happens to the processes of a run. */
export function drawProcessEvents(options: ProcessEventsOptions): readonly ProcessEvent[] {
  const { firstNumber = 1, overMs, plan, random, slots } = options;
  const calm = random() < 0.2;
  const swizzled = drawSwizzle(options);
  const others = slots.flatMap((slot) => {
    const dice = Array.from({ length: 3 }, () => [random(), random(), random()] as const);
    if (calm) return [];
    return dice.flatMap(([what, when, much], index) => {
      const event = eventOf(slot, what, much);
      if (event === undefined) return [];
      const drawn = { slot, atMs: Math.floor(when * overMs), what: event };
      return [{ ...drawn, atom: `${event.kind}@${slot}#${index + firstNumber}` }].filter(
        ({ atom }) => plan.admits(atom),
      );
    });
  });
  return calm ? others : [...others, ...swizzled];
}

/** In few seeds: some responders stop one after the other, and go on in another order. */
function drawSwizzle({
  firstNumber = 1,
  overMs,
  plan,
  random,
  slots,
}: ProcessEventsOptions): readonly ProcessEvent[] {
  const [whether, when] = [random(), random()];
  const dice = slots.map((slot) => [slot, random(), random()] as const);
  if (whether >= SWIZZLES) return [];
  return dice
    .filter(([slot]) => slot.startsWith('responder'))
    .toSorted(([, one], [, other]) => one - other)
    .map(([slot, , much], index) => ({
      atom: `stall@${slot}#swizzle${firstNumber === 1 ? '' : firstNumber}`,
      slot,
      atMs: Math.floor(when * overMs) + index * 2000,
      what: { kind: 'stall', forMs: 3000 + Math.floor(much * 15_000) } as const,
    }))
    .filter(({ atom }) => plan.admits(atom));
}

function eventOf(slot: string, what: number, much: number): ProcessEvent['what'] | undefined {
  const downMs = 100 + Math.floor(much * 5000);
  if (what < 0.12) return { kind: 'crash', downMs };
  if (what < 0.18) return { kind: 'restart', downMs };
  if (what < 0.24) return { kind: slot.startsWith('responder') ? 'drain' : 'restart', downMs };
  if (what < 0.34) return { kind: 'stall', forMs: Math.floor(much ** 3 * 25_000) + 100 };
  if (what < 0.38) return { kind: 'stepClock', byMs: (much < 0.5 ? -1 : 1) * HOUR_MS };
  if (what < 0.46 && slot.startsWith('requester')) return { kind: 'deleteHostQueue' };
  return undefined;
}
