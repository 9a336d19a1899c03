import type { FaultPlan } from './fault-plan.ts';
import type { Resent } from './operator.ts';
import type { Outage, OutageKind } from './outages.ts';

/** Something that happens to the queue service, or to what is in it, at an instant. */
export interface WorldEvent {
  /** How the shrinker knows it. */
  readonly atom: string;
  readonly atMs: number;
  readonly what:
    | { readonly kind: 'outage'; readonly outage: Outage }
    /** Of the request queue, or of the reply queue of the process in this slot. */
    | { readonly kind: 'purge'; readonly slot?: string }
    /** Somebody deletes the request queue, and makes it again as soon as its name is free. */
    | { readonly kind: 'loseQueue' }
    /** Somebody sends a copy of the last request; `readdressed`: its reply is to go to this slot. */
    | { readonly kind: 'resend'; readonly as: Resent; readonly slot: string };
}

export interface WorldEventsOptions {
  readonly random: () => number;
  readonly plan: FaultPlan;
  /** Of requesters and responders. */
  readonly slots: readonly string[];
  readonly overMs: number;
  /** Numbers the events of this draw, where there are several. Default 1. */
  readonly firstNumber?: number;
}

/** In which share of the seeds each of these happens. */
const OUTAGES = 0.4;
const PURGES = 0.06;
const LOST_QUEUES = 0.03;
const RESENT = 0.12;
const LEAST_OUTAGE_MS = 10_000;
const OUTAGE_SPREAD_MS = 30_000;
/** A queue is lost so early that it is there again before long. */
const LOST_WITHIN_MS = 20_000;

/** Draws what happens to the service in a run. */
export function drawWorldEvents(options: WorldEventsOptions): readonly WorldEvent[] {
  const { firstNumber = 1, overMs, plan, random, slots } = options;
  // All drawn, whatever comes of them: one event does not shift the others.
  const dice = Array.from({ length: 7 }, () => Array.from({ length: 5 }, random));
  const [outage = [], purge = [], lost = [], ...resends] = dice;
  const requesters = slots.filter((slot) => slot.startsWith('requester'));
  const events = [
    chance(outage, OUTAGES, overMs, ([what = 0, who = 0, how = 0]) => ({
      kind: 'outage',
      outage: {
        of: what < 0.7 ? 'queues' : 'store',
        how: OUTAGE_KINDS[Math.floor(how * OUTAGE_KINDS.length)] ?? 'refuses',
        forMs: LEAST_OUTAGE_MS + Math.floor(what * OUTAGE_SPREAD_MS),
        ...(who < 0.5 ? {} : { slot: pick(slots, who * 2 - 1) }),
      },
    })),
    chance(purge, PURGES, overMs, ([whose = 0]) => ({
      kind: 'purge',
      ...(whose < 0.7 ? {} : { slot: pick(requesters, (whose - 0.7) / 0.3) }),
    })),
    chance(lost, LOST_QUEUES, LOST_WITHIN_MS, () => ({ kind: 'loseQueue' })),
    ...resends.map((resend, index) =>
      chance(resend, RESENT, overMs, ([whose = 0]) => ({
        kind: 'resend',
        as: RESENDS[index] ?? 'asItWas',
        slot: pick(requesters, whose),
      })),
    ),
  ];
  return events.flatMap((event, index) => {
    if (event === undefined) return [];
    const atom = `${event.what.kind}@service#${index + firstNumber}`;
    return plan.admits(atom) ? [{ ...event, atom }] : [];
  });
}

const OUTAGE_KINDS: readonly OutageKind[] = ['refuses', 'fails', 'swallows', 'losesAnswers'];
const RESENDS: readonly Resent[] = ['asItWas', 'stripped', 'garbled', 'readdressed'];

function chance(
  [whether = 1, when = 0, ...rest]: readonly number[],
  of: number,
  withinMs: number,
  what: (numbers: readonly number[]) => WorldEvent['what'],
): Omit<WorldEvent, 'atom'> | undefined {
  return whether < of ? { atMs: Math.floor(when * withinMs), what: what(rest) } : undefined;
}

function pick(slots: readonly string[], unit: number): string {
  return slots[Math.floor(unit * slots.length)] ?? '';
}
