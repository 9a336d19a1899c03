import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from '../../bench/options.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<TOptions extends Options> = ReturnType<
  typeof parseArgs<{ readonly args: string[]; readonly options: TOptions }>
>['values'];

/** What the command line says. Throws a {@link UsageError} for an option that is not one. */
export function valuesOf<const TOptions extends Options>(
  args: readonly string[],
  options: TOptions,
): Values<TOptions> {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Throws a {@link UsageError} that quotes the bad value with what is expected. */
export function wholeOf(name: string, text: string, min: number, max: number): number {
  const value = numberOf(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${name} is "${text}": expected a whole number.`);
}

/** Throws a {@link UsageError} that quotes the bad value with what is expected. */
export function numberOf(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} is "${text}": expected ${min} to ${max}.`);
}

/** Another each time, and short enough to be typed again. */
export function anySeed(): string {
  return String(Date.now() % 100_000);
}

export const MAX_SEED: number = 2 ** 31 - 1;
