import { expect, it } from 'vitest';
import { begun, type ToldHistory } from '../../testing/told-history.ts';

const calls = ['c1', 'c2', 'c3'];
const short = { timeoutMs: 1000 };

/** Two of three requests run in `r1`. */
function busy(): ToldHistory {
  const history = begun().at(0, 'q');
  for (const call of calls) history.asks(call);
  history.at(10).sends('m1', ['c1'], short).sends('m2', ['c2'], short).sends('m3', ['c3']);
  for (const message of ['m1', 'm2', 'm3']) history.at(20, 'r1').receives(message);
  return history.runs('r1/1', 'c1').runs('r1/2', 'c2');
}

it('I12: finds one run more than there are slots', () => {
  expect(busy().at(30).runs('r1/3', 'c3').broken()).toEqual(['I12']);
  expect(busy().at(30).runs('r1/3', 'c3').broken({ concurrency: 3 })).toEqual([]);
});

it('I12: lets a run have the slot of one that has ended, in another process, or that ignores its signal', () => {
  expect(busy().at(30).ends('r1/1').runs('r1/3', 'c3').broken()).toEqual([]);
  expect(busy().at(30, 'r2').receives('m3').runs('r2/1', 'c3').broken()).toEqual([]);
  const ignored = (atMs: number): readonly string[] =>
    busy().at(1010).aborts('r1/1').aborts('r1/2').at(atMs).runs('r1/3', 'c3').broken();
  expect(ignored(6010)).toEqual([]);
  expect(ignored(6009)).toEqual(['I12']);
});
