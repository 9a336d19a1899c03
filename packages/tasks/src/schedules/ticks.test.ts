import { RpcError } from '@replyq/contract';
import { createSeededRandom } from '@replyq/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { cronTicks } from './cron-ticks.ts';
import { tickId } from './tick-id.ts';
import { evenTicks, type Ticks } from './ticks.ts';

const START_MS = Date.UTC(2026, 0, 1);
const YEAR_MS = 31_536_000_000;
const hostZone = process.env['TZ'];

afterEach(() => {
  if (hostZone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = hostZone;
});

function times(ticks: Ticks, after: string, count: number): readonly string[] {
  const found: string[] = [];
  let ms = Date.parse(after);
  for (let at = 0; at < count; at += 1) {
    ms = ticks.after(ms) ?? NaN;
    found.push(new Date(ms).toISOString().slice(0, 16));
  }
  return found;
}

const SOME: readonly (readonly [string, () => Ticks])[] = [
  ['every second', () => evenTicks(1000, 0)],
  ['every 7 s, 3 s later', () => evenTicks(7000, 3000)],
  ['every week', () => evenTicks(604_800_000, 0)],
  ['at night in Berlin', () => cronTicks('30 2 * * *', 'Europe/Berlin')],
  ['each half hour in Berlin', () => cronTicks('*/30 * * * *', 'Europe/Berlin')],
  ['two hours of the night in Berlin', () => cronTicks('15 2-3 * * *', 'Europe/Berlin')],
  [
    'at noon on Lord Howe, half an hour of summer time',
    () => cronTicks('15 2 * * *', 'Australia/Lord_Howe'),
  ],
  ['at a midnight that there may not be', () => cronTicks('0 0 * * *', 'Africa/Cairo')],
  ['each 20 seconds in Kathmandu', () => cronTicks('*/20 * * * * *', 'Asia/Kathmandu')],
  ['on leap days', () => cronTicks('0 0 29 2 *', 'UTC')],
  ['on last Fridays in New York', () => cronTicks('0 9 * * 5L', 'America/New_York')],
];

describe.each(SOME)('%s', (_name, make) => {
  test('the ticks are the same from wherever they are computed', () => {
    const random = createSeededRandom(7, 'ticks');
    const ticks = make();
    for (let round = 0; round < 150; round += 1) {
      // Now and then about the hours at which clocks change.
      const near = [Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 24, 20), START_MS][round % 3] ?? 0;
      const from = near + Math.floor(random() * (round % 2 === 0 ? 2 * 86_400_000 : YEAR_MS));
      const next = ticks.after(from) ?? NaN;
      expect(next).toBeGreaterThan(from);
      // Wherever between the two one looks from, it is the next; and then it is the last.
      const between = from + Math.floor(random() * (next - from));
      expect(ticks.after(between)).toBe(next);
      expect(ticks.after(next - 1)).toBe(next);
      expect(ticks.upTo(next)).toBe(next);
      const last = ticks.upTo(from) ?? NaN;
      expect(last).toBeLessThanOrEqual(from);
      expect(ticks.after(last)).toBe(next);
      expect(ticks.upTo(next - 1)).toBe(last);
      expect(ticks.after(last - 1)).toBe(last);
    }
  });

  test('the ticks are the same on hosts of other time zones', () => {
    const from = Date.UTC(2026, 2, 28);
    const seen = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Europe/Berlin'].map((zone) => {
      process.env['TZ'] = zone;
      const ticks = make();
      const found = [];
      for (let ms = from, at = 0; at < 40; at += 1) found.push((ms = ticks.after(ms) ?? NaN));
      return found;
    });
    for (const other of seen) expect(other).toEqual(seen[0]);
  });
});

test('even ticks are counted from the epoch', () => {
  expect(evenTicks(60_000, 0).after(59_999)).toBe(60_000);
  expect(evenTicks(60_000, 0).after(60_000)).toBe(120_000);
  expect(evenTicks(60_000, 5000).after(60_000)).toBe(65_000);
  expect(evenTicks(60_000, 5000).upTo(64_999)).toBe(5000);
});

describe('when clocks change in Berlin', () => {
  test('a time that does not exist is at the moment of the change', () => {
    const ticks = cronTicks('30 2 * * *', 'Europe/Berlin');
    // 02:30 is skipped on the 29th: 03:00 summer time is 01:00Z.
    expect(times(ticks, '2026-03-28T00:00Z', 3)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  test('a time that is there twice is once, the first time', () => {
    const ticks = cronTicks('30 2 * * *', 'Europe/Berlin');
    expect(times(ticks, '2026-10-24T12:00Z', 2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
  });

  test('what comes each half hour comes each half hour', () => {
    const ticks = cronTicks('*/30 * * * *', 'Europe/Berlin');
    expect(times(ticks, '2026-03-29T00:10Z', 3)).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
    ]);
    expect(times(ticks, '2026-10-25T00:10Z', 4)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ]);
  });

  test('of several hours, one that does not exist is left out, and one that is there twice is there twice', () => {
    const ticks = cronTicks('30 2-3 * * *', 'Europe/Berlin');
    expect(times(ticks, '2026-03-28T12:00Z', 2)).toEqual(['2026-03-29T01:30', '2026-03-30T00:30']);
    expect(times(ticks, '2026-10-24T12:00Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
  });
});

test.each([
  ['', 'five fields'],
  ['* * * *', 'five fields'],
  ['* * * * * * *', 'five fields'],
  ['2026-05-01T00:00:00', 'five fields'],
  ['61 * * * *', 'Invalid value for minute'],
  ['a b c d e', 'illegal characters'],
  ['*/0 * * * *', 'illegal stepping'],
  ['@reboot', 'not supported'],
  ['? 3 * * *', 'each process’s own clock'],
  ['0 0 30 2 *', 'there is no such time'],
  [`0 3 * * ${'mon,'.repeat(100)}tue`, 'five fields'],
  [42 as unknown as string, 'five fields'],
  [null as unknown as string, 'five fields'],
])('the cron expression %j is refused: %s', (cron, why) => {
  let error: unknown;
  try {
    cronTicks(cron, 'UTC');
  } catch (cause) {
    error = cause;
  }
  expect(RpcError.is(error) && error.code).toBe('BAD_REQUEST');
  expect(String(error)).toContain(JSON.stringify(cron).slice(0, 100));
  expect(String(error)).toContain(why);
});

test.each(['', 'Mars/Olympus', 'local', 7 as unknown as string])(
  'the time zone %j is refused',
  (timezone) => {
    const message = `timezone is ${JSON.stringify(timezone)}`;
    expect(() => cronTicks('0 3 * * *', timezone)).toThrow(message);
  },
);

describe('the deduplication id of a tick', () => {
  test('is readable where the name is plain', () => {
    expect(tickId('nightly', START_MS)).toBe('tick:nightly@2026-01-01T00:00:00.000Z');
  });

  test('fits into 128 printable characters whatever the name', () => {
    const names = [
      'a',
      'a'.repeat(90),
      'a'.repeat(91),
      'a'.repeat(256),
      'two words',
      'é',
      '\0',
      '#',
    ];
    const ids = names.map((name) => tickId(name, Date.UTC(9999, 11, 31)));
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{1,128}$/);
    expect(new Set(ids).size).toBe(names.length);
  });

  test('is another for another tick', () => {
    expect(tickId('a', START_MS)).not.toBe(tickId('a', START_MS + 1000));
  });
});
