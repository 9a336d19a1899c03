import { createSeededRandom, simulateCalls, type FaultRates, type SimEvent } from '@replyq/testing';
import { drawKnobs, type Knobs } from './knobs.ts';
import type { SeedOptions, SeedRun } from './run-seed.ts';
import { sharedStoreOf } from './shared-store.ts';
import { realSystem } from './system.ts';

const REQUESTERS = 3;
/** Longer than a reply queue is kept without a heartbeat, so that sweeps meet with faults, too. */
const FAULTS_MS = 400_000;
/** A retention, a period and a sweep after that, and two periods more for sweeps that were broken off. */
const HEAL_MS = 1_300_000;

/** Few calls, whose requesters die, over as long as it takes to sweep what they leave behind. */
export async function runSweepSeed({ muted, only, seed }: SeedOptions): Promise<SeedRun> {
  let knobs: Knobs | undefined;
  const run = await simulateCalls({
    seed,
    ...(muted === undefined ? {} : { muted }),
    ...(only === undefined ? {} : { only }),
    requesters: REQUESTERS,
    calls: 25,
    rates: drawSweepRates(seed),
    events: drawDeaths(seed),
    faultsMs: FAULTS_MS,
    healMs: HEAL_MS,
    service: { deletedLingersMs: 60_000, disorder: 8 },
    system: (simulation) => {
      knobs = { ...drawKnobs(simulation), maxPendingCalls: 10_000 };
      return realSystem(knobs, sharedStoreOf(simulation, knobs));
    },
  });
  return { ...run, knobs: knobs as Knobs };
}

/** Not denied: who may not sweep asks again in an hour. */
function drawSweepRates(seed: number): FaultRates {
  const random = createSeededRandom(seed, 'sweep swarm');
  const kinds = ['throttled', 'unreachable', 'serverError', 'lostAnswer', 'slowThere', 'slowBack'];
  return Object.fromEntries(kinds.map((kind) => [kind, random() < 0.5 ? 0 : 0.1 * random()]));
}

/** Three dice for each requester. The last one is spared more, so that mostly somebody lives. */
function drawDeaths(seed: number): readonly SimEvent[] {
  const random = createSeededRandom(seed, 'deaths');
  const events: SimEvent[] = [];
  for (let requester = 1; requester <= REQUESTERS; requester += 1) {
    const slot = `requester-${requester}`;
    for (let nth = 1; nth <= 3; nth += 1) {
      const [what, when, much] = [random(), random(), random()];
      const kind = what < (requester === REQUESTERS ? 0.1 : 0.4) ? 'crash' : 'stall';
      const at = { slot, atMs: Math.floor(when * FAULTS_MS) };
      const atom = `${kind}@${slot}#${nth}`;
      if (kind === 'crash')
        events.push({ ...at, atom, what: { kind, downMs: 1000 + Math.floor(much * 60_000) } });
      else if (what > 0.7)
        events.push({ ...at, atom, what: { kind, forMs: 100 + Math.floor(much ** 3 * 280_000) } });
    }
  }
  return events;
}
