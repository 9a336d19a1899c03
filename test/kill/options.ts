import { parseArgs } from 'node:util';
import { UsageError } from '../../bench/options.ts';

export interface KillOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly requesters: number;
  readonly responders: number;
  readonly store: boolean;
  readonly json: boolean;
}

/** Throws a {@link UsageError} that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): KillOptions | 'help' {
  const values = valuesOf(args);
  if (values.help) return 'help';
  return {
    minutes: number('minutes', values.minutes, 1, 10_000),
    seed: whole('seed', values.seed, 0, 2 ** 31 - 1),
    requesters: whole('requesters', values.requesters, 2, 20),
    responders: whole('responders', values.responders, 2, 20),
    store: !values['no-store'],
    json: values.json,
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '3' },
        seed: { type: 'string', default: String(Date.now() % 100_000) },
        requesters: { type: 'string', default: '2' },
        responders: { type: 'string', default: '2' },
        'no-store': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = number(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${name} is "${text}": expected a whole number.`);
}

function number(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} is "${text}": expected ${min} to ${max}.`);
}
