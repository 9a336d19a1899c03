// Runs in an installed copy, which has a bug or none. The task is the argument, reports are messages.
import { shrink, type Violation } from '@replyq/testing';
import { runAndJudge, type WorldSeed, type WorldSeedOptions } from '../judge-seed.ts';
import { textOf } from '../thread-work.ts';
import type { Failing, Hunted, Report, Task } from './trial.ts';

/** How many more seeds are looked at once the bug has shown: for its own invariant, or for fewer events. */
const MORE_SEEDS = 20;
/** With so few events a bug is understood; of three seeds the one with the fewest is told. */
const FEW_EVENTS = 6;
const SHRUNK_SEEDS = 3;
const MAX_SHRINK_RUNS = 120;
interface Judged {
  readonly violations: readonly Violation[];
  readonly atoms: readonly string[];
}

const task = JSON.parse(process.argv[2] ?? '') as Task;
tell(await (task.kind === 'control' ? control(task.seeds) : hunt(task)));
process.disconnect();

async function control(seeds: readonly WorldSeed[]): Promise<Report> {
  const failing: Failing[] = [];
  for (const seed of seeds) {
    const by = invariantsOf(await judged(seed));
    if (by.length > 0) failing.push({ ...seed, by });
  }
  return { kind: 'controlled', failing };
}

type Caught = Extract<Hunted, { readonly kind: 'caught' }>;

async function hunt({
  invariant,
  seeds,
  shrinkMs,
  world,
}: Extract<Task, { readonly kind: 'hunt' }>): Promise<Hunted> {
  let untilMs = Infinity;
  const found: Caught[] = [];
  let [lookedAt, runs] = [0, 0];
  for (const seed of seeds) {
    const own = found.filter(({ by }) => by.includes(invariant));
    const enough =
      own.length === SHRUNK_SEEDS || own.some(({ events }) => events.length <= FEW_EVENTS);
    if (enough || (runs > 0 && lookedAt - runs >= MORE_SEEDS)) break;
    if (performance.now() > untilMs) break;
    lookedAt += 1;
    const run = await judged({ world, seed });
    const by = invariantsOf(run);
    if (by.length === 0 || (found.length > 0 && !by.includes(invariant))) continue;
    if (runs === 0) {
      runs = lookedAt;
      untilMs = performance.now() + shrinkMs;
    }
    const shown = by.includes(invariant) ? [invariant] : by;
    const message = run.violations.find((each) => shown.includes(each.invariant))?.message ?? '';
    const events = await fewest({ world, seed }, run, shown, untilMs);
    found.push({ kind: 'caught', seed, by, runs, message, events });
  }
  const own = found.filter(({ by }) => by.includes(invariant));
  const [best] = (own.length > 0 ? own : found).sort((a, b) => a.events.length - b.events.length);
  return best ?? { kind: 'survived' };
}

/** Only these happen, so that the list is the whole story. First whole kinds go, then single ones. */
async function fewest(
  of: WorldSeed,
  run: Judged,
  shown: readonly string[],
  untilMs: number,
): Promise<readonly string[]> {
  const fails = async (kept: readonly string[]): Promise<boolean> => {
    if (performance.now() > untilMs) return false;
    const by = invariantsOf(await judged({ ...of, only: new Set(kept) }));
    return by.some((invariant) => shown.includes(invariant));
  };
  const kinds = Map.groupBy(new Set(run.atoms), kindOf);
  const atomsOf = (some: readonly string[]): string[] =>
    some.flatMap((kind) => kinds.get(kind) ?? []);
  const keptKinds = await shrink({
    atoms: [...kinds.keys()],
    maxRuns: MAX_SHRINK_RUNS,
    fails: (some) => fails(atomsOf(some)),
  });
  return shrink({ atoms: atomsOf(keptKinds), maxRuns: MAX_SHRINK_RUNS, fails });
}

function kindOf(atom: string): string {
  return atom.slice(0, atom.indexOf('@'));
}

async function judged(options: WorldSeedOptions): Promise<Judged> {
  tell({ kind: 'run', seed: options.seed });
  try {
    const { run, violations } = await runAndJudge(options);
    return { atoms: run.atoms, violations };
  } catch (cause) {
    return { atoms: [], violations: [{ invariant: 'crash', message: textOf(cause), atMs: 0 }] };
  }
}

function invariantsOf({ violations }: Judged): readonly string[] {
  return [...new Set(violations.map(({ invariant }) => invariant))];
}

function tell(report: Report): void {
  process.send?.(report);
}
