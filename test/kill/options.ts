import { anySeed, MAX_SEED, numberOf, valuesOf, wholeOf } from './option-values.ts';

export interface KillOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly requesters: number;
  readonly responders: number;
  readonly store: boolean;
  readonly json: boolean;
}

/** Throws a `UsageError` that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): KillOptions | 'help' {
  const values = valuesOf(args, {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: anySeed() },
    requesters: { type: 'string', default: '2' },
    responders: { type: 'string', default: '2' },
    'no-store': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return 'help';
  return {
    minutes: numberOf('minutes', values.minutes, 1, 10_000),
    seed: wholeOf('seed', values.seed, 0, MAX_SEED),
    requesters: wholeOf('requesters', values.requesters, 2, 20),
    responders: wholeOf('responders', values.responders, 2, 20),
    store: !values['no-store'],
    json: values.json,
  };
}
