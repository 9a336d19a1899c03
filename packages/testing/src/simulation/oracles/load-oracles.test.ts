import { expect, it } from 'vitest';
import { asked, begun } from '../../testing/told-history.ts';

it('I27: finds a call too many, and counts none that is over or was turned away', () => {
  const most = { maxPendingCalls: 2 };
  const two = (): ReturnType<typeof begun> => begun().at(0, 'q').asks('c1').asks('c2');
  expect(two().asks('c3').broken(most)).toEqual(['I27']);
  expect(two().broken(most)).toEqual([]);
  const failed = { outcome: 'TIMEOUT' };
  expect(two().settles('c1', failed).asks('c3').broken(most)).toEqual([]);
  const turnedAway = { outcome: 'OVERLOADED', maybeExecuted: false };
  expect(two().asks('c3').settles('c3', turnedAway).broken(most)).toEqual([]);
});

it('I27: finds a call that was sent before it was turned away', () => {
  const turnedAway = { outcome: 'OVERLOADED', maybeExecuted: false };
  expect(asked().at(30, 'q').settles('c1', turnedAway).broken()).toEqual(['I27']);
});
