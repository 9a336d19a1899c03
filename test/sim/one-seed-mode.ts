import { runAndJudge, shrinkSeed } from './judge-seed.ts';
import type { SimOptions } from './options.ts';

const LAST_FACTS = 60;

/** One seed, told in detail. Says whether it is unharmed. */
export async function runOneSeed({ history, seed, world }: SimOptions): Promise<boolean> {
  const { run, violations } = await runAndJudge({ world, seed });
  const shown = history ? run.facts : violations.length > 0 ? run.facts.slice(-LAST_FACTS) : [];
  for (const { atMs, kind, process, ...rest } of shown) {
    console.log(
      `${String(atMs).padStart(7)} ${process.padEnd(14)} ${kind} ${JSON.stringify(rest)}`,
    );
  }
  console.log(
    `seed ${seed}: ${run.calls} ${world === 'tasks' ? 'tasks' : 'calls'}, ${run.events} events, trace ${run.traceHash()}`,
  );
  console.log(`settings: ${JSON.stringify(run.knobs)}`);
  for (const { atMs, invariant, message } of violations) {
    console.log(`${invariant} at ${atMs} ms: ${message}`);
  }
  if (violations.length === 0) return true;
  console.log(`it takes: ${(await shrinkSeed({ world, seed })).join(', ')}`);
  return false;
}
