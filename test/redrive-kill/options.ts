import { anySeed, MAX_SEED, valuesOf, wholeOf } from '../kill/option-values.ts';

export interface RedriveKillProgramOptions {
  readonly letters: number;
  readonly kills: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Throws a `UsageError` that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): RedriveKillProgramOptions | 'help' {
  const values = valuesOf(args, {
    'dead-letters': { type: 'string', default: '5000' },
    kills: { type: 'string', default: '12' },
    seed: { type: 'string', default: anySeed() },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return 'help';
  return {
    letters: wholeOf('dead-letters', values['dead-letters'], 1, 1_000_000),
    kills: wholeOf('kills', values.kills, 0, 1000),
    seed: wholeOf('seed', values.seed, 0, MAX_SEED),
    json: values.json,
  };
}
