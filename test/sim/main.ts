// npm run sim: see HELP in options.ts.
import { enumerate, type EnumerateResult } from './enumerate-mode.ts';
import { PlantError } from './mutants/mutant.ts';
import { mutants } from './mutants/mutants.ts';
import { runMutants } from './mutants/run-mutants.ts';
import { tellMutants } from './mutants/tell-mutants.ts';
import { runOneSeed } from './one-seed-mode.ts';
import { HELP, parseOptions, UsageError, type SimOptions } from './options.ts';
import { runSeeds, type SeedsResult } from './seeds-mode.ts';

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function run(options: SimOptions): Promise<boolean> {
  switch (options.mode) {
    case 'seeds': {
      if (options.seeds === 1 && !options.json) return runOneSeed(options);
      const result = await runSeeds(options, progress);
      if (options.json) console.log(JSON.stringify(result, undefined, 2));
      else tellSeeds(result);
      return result.violations === 0;
    }
    case 'enumerate': {
      const result = await enumerate({
        maxFaults: options.faults,
        workers: options.workers,
        progress,
      });
      if (options.json) console.log(JSON.stringify(result, undefined, 2));
      else tellEnumerated(result);
      return result.violations === 0;
    }
    case 'mutants': {
      const { seed, seeds, workers, world } = options;
      const some = mutants.filter((each) => world === 'calls' || each.world === world);
      const result = await runMutants({ mutants: some, seed, seeds, workers }, progress);
      console.log(options.json ? JSON.stringify(result, undefined, 2) : tellMutants(result));
      return result.ok;
    }
  }
}

function tellEnumerated({ runs, scenarios, seconds, violations }: EnumerateResult): void {
  for (const { failures, scenario } of scenarios) {
    for (const { atoms, violations } of failures) {
      console.log(`\n${scenario}: ${atoms.join(', ')}`);
      for (const { atMs, invariant, message } of violations)
        console.log(`  ${invariant} at ${atMs} ms: ${message}`);
    }
  }
  for (const { atoms, runs, scenario } of scenarios)
    console.log(`${scenario}: ${runs} combinations of ${atoms} faults`);
  console.log(`${runs} runs in ${seconds} s, ${violations} of them with violations`);
}

function tellSeeds({
  calls,
  events,
  failures,
  seconds,
  seeds,
  seedsPerMinute,
  violations,
  workers,
  world,
}: SeedsResult): void {
  for (const { seed, shrunk, violations } of failures) {
    console.log(
      `\nseed ${seed} (npm run sim --${world === 'calls' ? '' : ` --${world}`} --seed ${seed})`,
    );
    for (const { atMs, invariant, message } of violations)
      console.log(`  ${invariant} at ${atMs} ms: ${message}`);
    if (shrunk !== undefined) console.log(`  it takes: ${shrunk.join(', ') || 'nothing at all'}`);
  }
  console.log(
    `\n${seeds} seeds, ${calls} ${world === 'tasks' ? 'tasks' : 'calls'}, ${events} events in ${seconds} s on ${workers} threads: ` +
      `${seedsPerMinute} seeds a minute, ${violations} violations`,
  );
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  if (error instanceof PlantError) {
    console.error(error.message);
    process.exitCode = 1;
  } else if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exitCode = 2;
  } else if (process.exitCode === undefined) {
    throw error;
  }
}
