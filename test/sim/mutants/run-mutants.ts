/**
 * Proves that the oracles bite: each known bug is planted in a copy of the build, and must show.
 *
 *   mutants.ts         the bugs
 *   build.ts           the build, up to date
 *   installed-copy.ts  owns a copy of it in a temporary directory, and the bug that is in it
 *   run-trial.ts       owns the child process that looks for seeds there (trial-child.ts)
 */
import type { World, WorldSeed } from '../judge-seed.ts';
import { buildPackages } from './build.ts';
import { InstalledCopy } from './installed-copy.ts';
import { assertFit } from './misfits.ts';
import type { Mutant } from './mutant.ts';
import { mutants as allMutants } from './mutants.ts';
import { runTrial } from './run-trial.ts';
import type { Failing } from './trial.ts';

export interface MutantsOptions {
  /** Default: all of them. */
  readonly mutants?: readonly Mutant[];
  /** The first seed. Default 1. */
  readonly seed?: number;
  /** After so many a mutant has survived. Default 200. */
  readonly seeds?: number;
  /** Copies at once. Default 2. */
  readonly workers?: number;
  /** How long the search for the fewest events may take, for each. Default 15 s. */
  readonly shrinkMs?: number;
  /** False: what was built last is good enough. Default true. */
  readonly build?: boolean;
}

export interface MutantsResult {
  readonly mutants: readonly MutantResult[];
  /** Invariants of which no mutant was caught by an oracle of their own. */
  readonly unproven: readonly string[];
  /** Seeds that violate something without any bug planted. No mutant is judged by them. */
  readonly falseAlarms: readonly Failing[];
  /** Of the caught ones. */
  readonly medianEvents: number;
  readonly seconds: number;
  /** Every mutant was caught, and every invariant is proven. */
  readonly ok: boolean;
}

export interface MutantResult {
  readonly name: string;
  readonly invariant: string;
  readonly caught: boolean;
  readonly seed?: number;
  readonly events: readonly string[];
  /** The invariants that were violated; `hang`: it had to be killed. */
  readonly by: readonly string[];
  /** What the oracle says. */
  readonly message?: string;
  /** How many seeds it took. */
  readonly runs: number;
}

/** Rejects with a `PlantError` that names the mutants that do not fit the build. */
export async function runMutants(
  options: MutantsOptions,
  progress: (text: string) => void,
): Promise<MutantsResult> {
  const { mutants = allMutants, seed = 1, seeds: count = 200, shrinkMs = 15_000 } = options;
  const { build = true, workers = 2 } = options;
  const startedMs = performance.now();
  const stop = stopOnSignals();
  try {
    if (build) {
      progress('building');
      await buildPackages();
    }
    await assertFit(mutants);
    const worlds = [...new Set(mutants.map(worldOf))];
    const all = worlds.flatMap((world) =>
      Array.from({ length: count }, (_, nth): WorldSeed => ({ world, seed: seed + nth })),
    );
    using copies = new DisposableStack();
    const lanes: InstalledCopy[] = [];
    for (let lane = 0; lane < Math.min(workers, mutants.length); lane += 1)
      lanes.push(copies.use(await InstalledCopy.make()));
    // Before the copies go: whatever ends one lane, the children of the others end with it.
    copies.defer(() => stop.now());

    progress(`${all.length} seeds without a bug`);
    const falseAlarms = await control(lanes, all, stop.signal);
    const passing = all.filter(
      ({ seed, world }) =>
        !falseAlarms.some((alarm) => alarm.seed === seed && alarm.world === world),
    );
    progress(`${passing.length} of ${all.length} seeds pass without a bug`);
    const seedsOf = (mutant: Mutant): readonly number[] => {
      const seeds = passing.filter(({ world }) => world === worldOf(mutant));
      if (seeds.length === 0) throw new Error('Without any bug planted, every seed fails.');
      return seeds.map((each) => each.seed);
    };

    const results = new Map<Mutant, MutantResult>();
    const queue = [...mutants];
    await Promise.all(
      lanes.map(async (copy) => {
        for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
          const result = await hunt(copy, mutant, seedsOf(mutant), shrinkMs, stop.signal);
          results.set(mutant, result);
          progress(lineOf(result));
        }
      }),
    );
    return resultOf(
      [...mutants].flatMap((each) => results.get(each) ?? []),
      falseAlarms,
      startedMs,
    );
  } finally {
    stop.forget();
  }
}

function worldOf({ world = 'calls' }: Mutant): World {
  return world;
}

async function control(
  lanes: readonly InstalledCopy[],
  seeds: readonly WorldSeed[],
  signal: AbortSignal,
): Promise<readonly Failing[]> {
  const ends = await Promise.all(
    lanes.map((copy, lane) => {
      const share = seeds.filter((_, index) => index % lanes.length === lane);
      return runTrial(copy, { kind: 'control', seeds: share }, signal);
    }),
  );
  const failing = ends.flatMap((end) => {
    if (end.kind === 'controlled') return end.failing;
    throw new Error(`Without any bug planted, the trial ended as ${JSON.stringify(end)}.`);
  });
  return failing.sort((a, b) => a.seed - b.seed);
}

async function hunt(
  copy: InstalledCopy,
  mutant: Mutant,
  seeds: readonly number[],
  shrinkMs: number,
  signal: AbortSignal,
): Promise<MutantResult> {
  const { invariant, name } = mutant;
  const end = await copy.withMutant(mutant, () =>
    runTrial(copy, { kind: 'hunt', world: worldOf(mutant), seeds, invariant, shrinkMs }, signal),
  );
  if (end.kind === 'controlled') throw new Error(`${name}: the trial mistook its task.`);
  switch (end.kind) {
    case 'survived':
      return { name, invariant, caught: false, events: [], by: [], runs: seeds.length };
    case 'hung': {
      const { seed } = end;
      const hung = { by: ['hang'], message: 'It had to be killed.', events: [] };
      return { name, invariant, caught: true, seed, runs: seeds.indexOf(seed) + 1, ...hung };
    }
    case 'caught': {
      const { by, events, message, runs, seed } = end;
      return { name, invariant, caught: true, seed, events, by, message, runs };
    }
  }
}

function resultOf(
  mutants: readonly MutantResult[],
  falseAlarms: readonly Failing[],
  startedMs: number,
): MutantsResult {
  const proven = new Set(
    mutants.flatMap(({ by, invariant }) => (by.includes(invariant) ? invariant : [])),
  );
  const unproven = [...new Set(mutants.map(({ invariant }) => invariant))].filter(
    (invariant) => !proven.has(invariant),
  );
  const lengths = mutants.filter(({ caught }) => caught).map(({ events }) => events.length);
  return {
    mutants,
    unproven,
    falseAlarms,
    medianEvents: medianOf(lengths),
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    ok: unproven.length === 0 && mutants.every(({ caught }) => caught),
  };
}

function lineOf({ by, caught, events, name, seed }: MutantResult): string {
  return caught
    ? `${name}: caught at seed ${seed} by ${by.join(', ')}, ${events.length} events`
    : `${name}: SURVIVED`;
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Ctrl-C ends the children, and with them what waits for them; then the copies are removed as always. */
function stopOnSignals(): { readonly signal: AbortSignal; now(): void; forget(): void } {
  const controller = new AbortController();
  const now = (): void => controller.abort();
  const onSignal = (): void => {
    process.exitCode = 130;
    now();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    now,
    forget: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
