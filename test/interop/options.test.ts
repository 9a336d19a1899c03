import { expect, it } from 'vitest';
import { UsageError } from '../../bench/options.ts';
import { parseOptions } from './options.ts';

it('has defaults', () => {
  const defaults = { sdk: 'pinned', server: 'elasticmq', only: '', json: false };
  expect(parseOptions([])).toEqual(defaults);
  expect(parseOptions(['--sdk', 'current', '--json'])).toEqual({
    ...defaults,
    sdk: 'current',
    json: true,
  });
  expect(parseOptions(['-h'])).toBe('help');
});

it('takes the SDK that speaks the protocol of the server', () => {
  expect(parseOptions(['--server', 'local'])).toMatchObject({ sdk: 'current' });
});

it.each([
  [['--sdk', 'old'], '--sdk is "old": expected pinned or current.'],
  [['--server', 'aws'], '--server is "aws": expected elasticmq or local.'],
  [['--server', 'local', '--sdk', 'pinned'], 'take --sdk current'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('refuses %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
