import { progress } from '../../bench/progress.ts';
import type { ServerAddress } from '../../bench/settings.ts';
import { leftOnService } from './left-on-service.ts';
import type { Counts } from './counts.ts';
import type { Planted, Trial } from './findings.ts';
import { countObjects, surplus } from './live-objects.ts';
import type { SoakOptions, TransportName } from './options.ts';
import { KeptEntries, RaceLeak } from './planted.ts';
import { Stage, type Reading } from './stage.ts';
import { judgesSlope, LEAST_WINDOW_CALLS, slopeFault, slopeIn, verdictOn } from './verdict.ts';

const WARM_UP_WINDOWS = 2;
/** Of the time: until code is compiled, pools are filled, and what is kept for a while is there. */
const WARM_UP_SHARE = 0.15;
/** Of the time; the rest is for the planted leaks. */
const JUDGED_SHARE = 0.85;
const RACE_WINDOWS = 5;
/** A planted leak shows in shorter windows. */
const PLANTED_PART = 4;

/** Opens all there is of one transport, warms up, judges, plants leaks, and closes. Keeps nothing. */
export async function runTrial(
  transport: TransportName,
  server: ServerAddress | undefined,
  options: SoakOptions,
): Promise<Trial> {
  const { minutes, transports, windowCalls } = options;
  const budgetMs = (minutes * 60_000) / transports.length;
  const beganMs = performance.now();
  const spent = (): number => (performance.now() - beganMs) / budgetMs;
  const stage = new Stage(transport, server, options);
  const { fleet, load, violations, world } = stage;
  await fleet.start();

  const window = async (title: string, calls = windowCalls): Promise<Reading> => {
    const startedMs = performance.now();
    const reading = await stage.window(calls);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const heapMb = (reading.heapUsed / 1e6).toFixed(2);
    progress(`${transport}, ${title}: ${calls} calls in ${seconds} s, heap ${heapMb} MB`);
    return reading;
  };

  let warmedUp = 0;
  while (warmedUp < WARM_UP_WINDOWS || spent() < WARM_UP_SHARE) {
    warmedUp += 1;
    await window('warm-up');
  }
  const base = countObjects();

  const readings: Reading[] = [];
  do {
    const reading = await window(`window ${readings.length + 1}`);
    readings.push(reading);
    violations.push(...faultsOf(reading));
  } while (spent() < JUDGED_SHARE);
  const counts = countObjects();
  violations.push(...surplus(counts, base, fleet.size));
  const heapSlope = slopeIn(readings, 'heapUsed');
  const slopeJudged = judgesSlope(readings.length, windowCalls);
  const fault = slopeFault(heapSlope);
  if (slopeJudged && fault !== undefined) violations.push(fault);

  const planted = [await plantEntries(base), await plantRace(windowCalls >= LEAST_WINDOW_CALLS)];
  load.plant = undefined;
  for (const { flagged, judged, name } of planted)
    if (judged && !flagged) violations.push(`not seen: ${name}`);

  const pending = fleet.pending();
  if (pending > 0) violations.push(`${pending} calls are pending after the last has settled`);
  violations.push(...load.wrong);
  await fleet.close();
  violations.push(...(await leftOnService(world.service)));
  await world.transport.close();
  const timersLeft = world.runtime.openTimers();
  if (timersLeft > 0) violations.push(`${timersLeft} timers after all is closed`);

  const last = readings.at(-1);
  return {
    calls: load.started,
    windows: readings.length,
    windowCalls,
    settled: load.settled,
    slopeJudged,
    heapSlope,
    external: slopeIn(readings, 'external'),
    arrayBuffers: slopeIn(readings, 'arrayBuffers'),
    rss: slopeIn(readings, 'rss'),
    counts,
    timers: {
      idle: last?.timers ?? 0,
      expected: last?.expectedTimers ?? 0,
      afterClose: timersLeft,
    },
    pending,
    listeners: last?.listeners ?? 0,
    planted,
    violations,
  };

  async function plantEntries(base: Counts): Promise<Planted> {
    const plant = (load.plant = new KeptEntries());
    const { left } = await window(plant.name, Math.ceil(windowCalls / PLANTED_PART));
    const seen = left > 0 && surplus(countObjects(), base, fleet.size).length > 0;
    return verdictOn(plant, 'count', seen, [], true);
  }

  async function plantRace(judged: boolean): Promise<Planted> {
    const plant = (load.plant = new RaceLeak());
    const raced: Reading[] = [];
    for (let nth = 0; nth < (judged ? RACE_WINDOWS : 0); nth += 1)
      raced.push(await window(plant.name, Math.ceil(windowCalls / PLANTED_PART)));
    return verdictOn(plant, 'slope', false, raced, judged);
  }
}

function faultsOf({ expectedTimers, left, listeners, timers }: Reading): readonly string[] {
  const faults: string[] = [];
  if (left > 0) faults.push(`${left} objects of calls that are over`);
  if (listeners > 0) faults.push(`${listeners} abort listeners on the signal that calls share`);
  if (timers > expectedTimers)
    faults.push(`${timers} timers with no call open, expected at most ${expectedTimers}`);
  return faults;
}
