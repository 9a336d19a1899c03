import { anySeed, MAX_SEED, numberOf, valuesOf, wholeOf } from '../kill/option-values.ts';

export interface TaskKillOptions {
  readonly tasks: number;
  readonly producers: number;
  readonly workers: number;
  readonly seed: number;
  readonly killEveryMs: number;
  readonly json: boolean;
}

/** Throws a `UsageError` that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): TaskKillOptions | 'help' {
  const values = valuesOf(args, {
    tasks: { type: 'string', default: '20000' },
    producers: { type: 'string', default: '2' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: anySeed() },
    'kill-every': { type: 'string', default: '1500' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return 'help';
  return {
    tasks: wholeOf('tasks', values.tasks, 100, 10_000_000),
    producers: wholeOf('producers', values.producers, 1, 20),
    workers: wholeOf('workers', values.workers, 1, 20),
    seed: wholeOf('seed', values.seed, 0, MAX_SEED),
    killEveryMs: numberOf('kill-every', values['kill-every'], 100, 3_600_000),
    json: values.json,
  };
}
