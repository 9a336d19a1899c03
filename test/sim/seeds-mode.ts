import { readFileSync } from 'node:fs';
import { shrinkSeed, type Verdict, type World, type WorldSeed } from './judge-seed.ts';
import type { SimOptions } from './options.ts';
import { farm } from './thread-farm.ts';

export interface SeedsResult {
  readonly world: World;
  readonly seeds: number;
  readonly firstSeed: number;
  /** Or tasks. */
  readonly calls: number;
  /** Events of the loop. */
  readonly events: number;
  readonly violations: number;
  readonly seconds: number;
  readonly seedsPerMinute: number;
  readonly workers: number;
  /** How often each fault, and each outcome of a call, occurred. One that never did was not tested. */
  readonly occurred: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly seed: number;
  readonly violations: Verdict['violations'];
  /** What it takes to fail. Of the first few only. */
  readonly shrunk?: readonly string[];
}

const SHRUNK_FAILURES = 3;
const PROGRESS_MS = 5000;

/** Seeds that have failed once, whatever was wrong then. They run first. */
export function regressionSeeds(world: World): readonly number[] {
  const file = new URL('regressions.json', import.meta.url);
  const entries = JSON.parse(readFileSync(file, 'utf8')) as readonly Regression[];
  return entries.filter((each) => (each.world ?? 'calls') === world).map(({ seed }) => seed);
}

interface Regression {
  readonly seed: number;
  /** Default: calls. */
  readonly world?: World;
}

export async function runSeeds(
  options: SimOptions,
  progress: (text: string) => void,
): Promise<SeedsResult> {
  const { minutes = Infinity, seed: firstSeed, seeds, workers, world } = options;
  const startedMs = performance.now();
  const failing: Verdict[] = [];
  const occurred: Record<string, number> = {};
  const done = { seeds: 0, calls: 0, events: 0 };
  let toldMs = startedMs;
  const queue = [
    ...regressionSeeds(world),
    ...Array.from({ length: seeds }, (_, nth) => firstSeed + nth),
  ];
  let next = 0;
  const nextSeed = (): WorldSeed | undefined => {
    const seed = queue[next++];
    return seed === undefined ? undefined : { world, seed };
  };
  await farm<WorldSeed, Verdict>({
    worker: new URL('seed-worker.ts', import.meta.url),
    workers: Math.min(workers, queue.length),
    next: () => (performance.now() - startedMs > minutes * 60_000 ? undefined : nextSeed()),
    onVerdict: (verdict) => {
      done.seeds += 1;
      done.calls += verdict.calls;
      done.events += verdict.events;
      for (const [name, times] of Object.entries(verdict.counts)) {
        occurred[name] = (occurred[name] ?? 0) + times;
      }
      if (verdict.violations.length > 0) {
        failing.push(verdict);
        progress(`seed ${verdict.seed}: ${verdict.violations[0]?.message}`);
      }
      if (performance.now() - toldMs < PROGRESS_MS) return;
      toldMs = performance.now();
      progress(`${done.seeds} of ${queue.length} seeds, ${failing.length} failed`);
    },
  });
  const seconds = (performance.now() - startedMs) / 1000;
  failing.sort((a, b) => a.seed - b.seed);
  const failures: Failure[] = [];
  for (const [index, { seed, violations }] of failing.entries()) {
    if (index >= SHRUNK_FAILURES) failures.push({ seed, violations });
    else {
      progress(`shrinking seed ${seed}`);
      failures.push({ seed, violations, shrunk: await shrinkSeed({ world, seed }) });
    }
  }
  return {
    world,
    ...done,
    firstSeed,
    violations: failing.reduce((sum, { violations }) => sum + violations.length, 0),
    seconds: round(seconds),
    seedsPerMinute: Math.round((done.seeds / seconds) * 60),
    workers,
    occurred: Object.fromEntries(Object.entries(occurred).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    failures,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
