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

it('I26: counts attempts that failed, too, as attempts', () => {
  const failed = (times: number): readonly string[] => {
    const history = sent(1);
    for (let nth = 1; nth <= times; nth += 1) {
      history.at(nth * 3000, 'q').add({
        kind: 'sendFailed',
        queue: 'requests',
        failure: 'unreachable',
        frames: 'request',
        callIds: ['c1-id'],
      });
    }
    return history.broken();
  };
  expect(failed(5)).toEqual([]);
  expect(failed(6)).toEqual(['I26']);
});

it('I26: finds a process whose sends fail too often in ten seconds', () => {
  const failing = (everyMs: number, atOnce = 1): readonly string[] => {
    const history = begun();
    for (let nth = 0; nth < 6 * atOnce; nth += 1) {
      history.at(1000 + Math.floor(nth / atOnce) * everyMs, 'q').add({
        kind: 'sendFailed',
        queue: 'requests',
        failure: 'unreachable',
        frames: 'request',
        callIds: [`c${nth}-id`],
      });
    }
    return history.broken();
  };
  expect(failing(1999)).toEqual(['I26']);
  expect(failing(2000)).toEqual([]);
  // What fails in one instant was one request.
  expect(failing(2000, 10)).toEqual([]);
});
