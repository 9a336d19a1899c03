import { expect, it } from 'vitest';
import { allOracles } from './index.ts';
import { answered, asked, BOUNDS } from '../../testing/told-history.ts';
import { judge } from './judge.ts';

it('finds nothing in the life of a call, from start to close', () => {
  const history = answered().at(300, 'r1').deletes('m1');
  history.at(300, 'q').receives('reply-14', { queue: 'replies' });
  for (const process of ['q', 'r1', 'r2']) history.at(400, process).closes();
  expect(history.at(500, 'service').add({ kind: 'ended' }).violations()).toEqual([]);
});

it('finds nothing where nothing happens', () => {
  expect(judge([], BOUNDS)).toEqual([]);
});

it('says what is broken, by what, and when it showed', () => {
  expect(asked().at(60, 'r1').deletes('m1').violations()).toEqual([
    { invariant: 'I14', message: 'r1 deleted m1 before c1-id was answered', atMs: 60 },
  ]);
});

it('keeps each oracle under the number of its invariant', () => {
  const numbers = Object.keys(allOracles);
  expect(numbers).toEqual([...new Set(numbers)]);
  expect(numbers.every((number) => /^I\d+(?: [a-z ]+)?$/u.test(number))).toBe(true);
});
