import { expect, it } from 'vitest';
import { UsageError } from '../../bench/options.ts';
import { parseOptions } from './options.ts';

it('has defaults', () => {
  expect(parseOptions([])).toMatchObject({ letters: 5000, kills: 12, json: false });
  const some = ['--dead-letters', '300', '--kills', '0', '--seed', '4', '--json'];
  expect(parseOptions(some)).toEqual({ letters: 300, kills: 0, seed: 4, json: true });
  expect(parseOptions(['--help'])).toBe('help');
});

it.each([
  [['--dead-letters', '0'], '--dead-letters is "0": expected 1 to 1000000.'],
  [['--kills', '1.5'], '--kills is "1.5": expected a whole number.'],
  [['--seed', '-1'], 'argument is ambiguous'],
  [['5000'], "Unexpected argument '5000'"],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
