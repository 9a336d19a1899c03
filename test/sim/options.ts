import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { World } from './judge-seed.ts';

export interface SimOptions {
  readonly mode: 'seeds' | 'mutants' | 'enumerate';
  /** What is simulated. With `mutants` and `tasks`: only the bugs that are hunted there. */
  readonly world: World;
  /** The first seed. */
  readonly seed: number;
  readonly seeds: number;
  /** Stop after this long, whatever `seeds` says. */
  readonly minutes: number | undefined;
  readonly workers: number;
  /** With `enumerate`: how many at once, at most. */
  readonly faults: number;
  readonly json: boolean;
  /** With one seed: print its whole history. */
  readonly history: boolean;
}

const SEEDS = '1000';
/** A planted bug that survives so many has survived. */
const MUTANT_SEEDS = '200';

/** What the user got wrong. */
export class UsageError extends Error {}

export const HELP = `Usage: npm run sim -- [options]

Runs requesters, responders and the queue machinery on virtual time, in a world whose faults come
from a seed, and judges each history by the invariants of docs/reliability.md.

  --tasks         tasks instead of calls: producers, workers, schedulers, over hours
  --sweeps        few calls over half an hour, whose requesters die: what becomes of their reply queues
  --seeds N       how many seeds (default 1000; with --mutants 200)
  --seed S        the first seed (default 1); alone: this one, told in detail, shrunk if it fails
  --history       with --seed: print all that happened
  --minutes M     stop after M minutes
  --workers N     threads (default: one per core)
  --enumerate     all combinations of few faults on one call and on two
  --faults N      with --enumerate: of up to N (default 3; each more takes some thirty times as long)
  --mutants       plant each known bug in a copy of the build, and see that it is caught
  --json          one JSON document at the end instead of text
  --help          show this

Exit code 1: an invariant was violated, or a planted bug was not caught. Progress is on standard error.
`;

/** Throws a {@link UsageError} that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): SimOptions | 'help' {
  const values = valuesOf(args);
  if (values.help) return 'help';
  const modes = [values.mutants && 'mutants', values.enumerate && 'enumerate'].filter(Boolean);
  if (modes.length > 1) throw new UsageError('--mutants and --enumerate exclude each other.');
  const worlds = [values.tasks && 'tasks', values.sweeps && 'sweeps'].filter(Boolean);
  if (worlds.length > 1) throw new UsageError('--tasks and --sweeps exclude each other.');
  if (values.enumerate && worlds.length > 0)
    throw new UsageError(`--enumerate is of calls, and excludes --${worlds[0]}.`);
  const single = values.seed !== undefined && values.seeds === undefined && !values.mutants;
  const many = values.mutants ? MUTANT_SEEDS : SEEDS;
  return {
    mode: values.mutants ? 'mutants' : values.enumerate ? 'enumerate' : 'seeds',
    world: values.tasks ? 'tasks' : values.sweeps ? 'sweeps' : 'calls',
    seed: whole('seed', values.seed ?? '1', 0),
    seeds: whole('seeds', values.seeds ?? (single ? '1' : many), 1),
    minutes: values.minutes === undefined ? undefined : positive('minutes', values.minutes),
    workers: whole('workers', values.workers ?? String(availableParallelism()), 1),
    faults: whole('faults', values.faults ?? '3', 1),
    json: values.json,
    history: values.history,
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        workers: { type: 'string' },
        faults: { type: 'string' },
        tasks: { type: 'boolean', default: false },
        sweeps: { type: 'boolean', default: false },
        mutants: { type: 'boolean', default: false },
        enumerate: { type: 'boolean', default: false },
        history: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
}

function whole(name: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new UsageError(`--${name} is "${text}": expected a whole number from ${min} on.`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`--${name} is "${text}": expected a number above 0.`);
}
