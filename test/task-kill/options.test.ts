import { expect, it } from 'vitest';
import { UsageError } from '../../bench/options.ts';
import { parseOptions } from './options.ts';

it('has defaults', () => {
  const defaults = { tasks: 20_000, producers: 2, workers: 2, killEveryMs: 1500, json: false };
  expect(parseOptions([])).toMatchObject(defaults);
  expect(parseOptions(['--tasks', '300', '--seed', '4'])).toMatchObject({ tasks: 300, seed: 4 });
  expect(parseOptions(['--help'])).toBe('help');
});

it.each([
  [['--tasks', '99'], '--tasks is "99": expected 100 to 10000000.'],
  [['--workers', '0'], '--workers is "0": expected 1 to 20.'],
  [['--producers', '1.5'], '--producers is "1.5": expected a whole number.'],
  [['--kill-every', ''], '--kill-every is "": expected 100 to 3600000.'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
