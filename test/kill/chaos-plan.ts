import { createSeededRandom } from '@replyq/testing';

/** All that is done to the system. */
export const CHAOS_KINDS = [
  'killResponder',
  'killRequester',
  'stopResponder',
  'stopRequester',
  'closeResponder',
  'closeRequester',
  'restartServer',
  'cut',
  'stall',
  'blackHole',
  'throttle',
  'halfClose',
] as const;

export type ChaosKind = (typeof CHAOS_KINDS)[number];

export interface ChaosEvent {
  /** After the begin of the chaos. */
  readonly atMs: number;
  readonly kind: ChaosKind;
  readonly durationMs: number;
  /** Uniform in [0, 1): which process, which direction. */
  readonly pick: number;
}

export interface ChaosSettings {
  readonly seed: number;
  readonly lastsMs: number;
  readonly kinds?: readonly ChaosKind[];
  /** Between the beginnings of two events of a storm. */
  readonly gapMs?: readonly [number, number];
  /** Between the end of a storm and the next. */
  readonly calmMs?: number;
  /** Cuts every duration. */
  readonly longestMs?: number;
}

/**
 * Longer than the slowest recovery, which is two requests one after the other, the call's and the reply's,
 * that are each given up after 10 s.
 */
const CALM_MS = 25_000;
const EVENTS_PER_STORM = 6;

const DURATIONS: Readonly<Record<ChaosKind, readonly [number, number]>> = {
  killResponder: [0, 0],
  killRequester: [0, 0],
  stopResponder: [100, 8000],
  stopRequester: [100, 8000],
  closeResponder: [0, 0],
  closeRequester: [0, 0],
  restartServer: [50, 2000],
  cut: [10, 1500],
  stall: [200, 6000],
  blackHole: [200, 5000],
  throttle: [1000, 8000],
  halfClose: [0, 0],
};

/**
 * Storms of six events, some at the same time, with calms in between. No kind comes again before
 * all have come, and all come at least once, however short the time.
 */
export function planChaos(settings: ChaosSettings): readonly ChaosEvent[] {
  const { calmMs = CALM_MS, gapMs = [300, 2500], kinds = CHAOS_KINDS, lastsMs } = settings;
  const random = createSeededRandom(settings.seed, 'chaos');
  const events: ChaosEvent[] = [];
  let bag: ChaosKind[] = [];
  let atMs = 0;
  while (atMs < lastsMs || events.length < kinds.length) {
    if (bag.length === 0) bag = shuffled(kinds, random);
    const kind = bag.pop() ?? 'cut';
    const [shortest, longest] = DURATIONS[kind];
    // More short ones than long ones.
    const longMs = shortest + (longest - shortest) * random() ** 2;
    const durationMs = Math.round(Math.min(longMs, settings.longestMs ?? Infinity));
    events.push({ atMs: Math.round(atMs), kind, durationMs, pick: random() });
    atMs += gapMs[0] + random() * (gapMs[1] - gapMs[0]);
    if (events.length % EVENTS_PER_STORM === 0) {
      const storm = events.slice(-EVENTS_PER_STORM);
      atMs = Math.max(...storm.map((event) => event.atMs + event.durationMs)) + calmMs;
    }
  }
  return events;
}

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const left = [...all];
  return all.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}
