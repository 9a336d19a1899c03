import { expect, it } from 'vitest';
import { begun, type ToldHistory } from '../../testing/told-history.ts';

function sent(times: number): ToldHistory {
  const history = begun().at(10, 'q');
  for (let nth = 1; nth <= times; nth += 1) history.sends(`m${nth}`, ['c1']);
  return history;
}

it('I26: finds a request that its caller writes too often', () => {
  expect(sent(3).broken()).toEqual([]);
  expect(sent(4).broken()).toEqual(['I26']);
});

it('I26: counts neither the copies of faults nor what responders send on', () => {
  const history = sent(3).at(20, 'service').sends('copy', ['c1'], { copy: true });
  expect(history.at(30, 'r1').sends('on', ['c1'], { attempt: 2 }).broken()).toEqual([]);
});
