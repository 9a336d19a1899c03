import { expect, it } from 'vitest';
import { UsageError } from '../../bench/options.ts';
import { parseOptions } from './options.ts';

it('has defaults', () => {
  const defaults = { minutes: 3, requesters: 2, responders: 2, store: true, json: false };
  expect(parseOptions([])).toMatchObject(defaults);
  expect(parseOptions(['--no-store', '--seed', '4'])).toMatchObject({ store: false, seed: 4 });
  expect(parseOptions(['--help'])).toBe('help');
});

it.each([
  [['--minutes', '0.9'], '--minutes is "0.9": expected 1 to 10000.'],
  [['--requesters', '1'], '--requesters is "1": expected 2 to 20.'],
  [['--seed', '1.5'], '--seed is "1.5": expected a whole number.'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
