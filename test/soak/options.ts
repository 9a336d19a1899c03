import { parseArgs } from 'node:util';

export const TRANSPORTS = ['sqs', 'memory'] as const;

export type TransportName = (typeof TRANSPORTS)[number];

export interface SoakOptions {
  readonly minutes: number;
  readonly transports: readonly TransportName[];
  /** Undefined: each call begins when another one settles. */
  readonly callsPerSecond: number | undefined;
  readonly windowCalls: number;
  readonly json: boolean;
}

/** What the user got wrong. */
export class UsageError extends Error {}

/** Throws a {@link UsageError} that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): SoakOptions | 'help' {
  const values = valuesOf(args);
  if (values.help) return 'help';
  return {
    minutes: number('minutes', values.minutes, 0.05, 10_080),
    transports: transportsOf(values.transport),
    callsPerSecond:
      values.rate === undefined ? undefined : number('rate', values.rate, 1, 1_000_000),
    windowCalls: Math.round(number('window', values.window, 100, 10_000_000)),
    json: values.json,
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '5' },
        transport: { type: 'string', default: 'both' },
        rate: { type: 'string' },
        window: { type: 'string', default: '20000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function transportsOf(text: string): readonly TransportName[] {
  if (text === 'both') return TRANSPORTS;
  const found = TRANSPORTS.filter((name) => name === text);
  if (found.length > 0) return found;
  throw new UsageError(`--transport is "${text}": expected sqs, memory or both.`);
}

function number(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} is "${text}": expected ${min} to ${max}.`);
}
