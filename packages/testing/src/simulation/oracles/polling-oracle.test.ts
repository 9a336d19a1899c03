import { expect, it } from 'vitest';
import { begun, type ToldHistory } from '../../testing/told-history.ts';

/** `r1` has received once, at 1000 ms, from a queue with a foreign message in it. */
function polling(): ToldHistory {
  return begun()
    .at(10, 'q')
    .add({ kind: 'stored', queue: 'requests', messageId: 'f', frames: [{ kind: 'foreign' }] })
    .at(1000, 'r1')
    .polls();
}

it('I25: finds a responder that is silent for longer than a receive can take', () => {
  expect(polling().at(26_250).polls().broken()).toEqual([]);
  expect(polling().at(26_251).polls().broken()).toEqual(['I25']);
  expect(polling().at(26_251, 'service').add({ kind: 'healed' }).broken()).toEqual(['I25']);
});

it('I25: grants the pauses that follow failures, longer for more in a row', () => {
  const failing = (failures: number, atMs: number): readonly string[] => {
    const history = polling();
    for (let index = 0; index < failures; index += 1) history.at(2000).polls({ ok: false });
    return history.at(atMs).polls().broken();
  };
  expect(failing(1, 32_250)).toEqual([]);
  expect(failing(1, 32_251)).toEqual(['I25']);
  expect(failing(9, 47_250)).toEqual([]);
  expect(failing(9, 47_251)).toEqual(['I25']);
});

it('I25: grants the time that the process stood still, and asks nothing of one that has gone', () => {
  const stalled = polling().at(5000).add({ kind: 'stalled', forMs: 20_000 });
  expect(stalled.at(46_000).polls().broken()).toEqual([]);
  expect(polling().at(5000).add({ kind: 'crashed' }).at(90_000, 'r2').polls().broken()).toEqual([]);
  const closed = polling().at(5000).add({ kind: 'closing' });
  expect(closed.at(90_000, 'r2').polls().broken()).toEqual([]);
});

it('I25: lets a responder wait whose slots are taken, and not when one is free', () => {
  const long = { timeoutMs: 60_000 };
  const busy = (message: readonly string[]): ToldHistory =>
    polling().at(1500, 'q').sends('m1', message, long).at(2000, 'r1').receives('m1');
  expect(busy(['c1', 'c2']).at(60_000).polls().broken()).toEqual([]);
  expect(busy(['c1']).at(60_000).polls().broken()).toEqual(['I25']);
  const freed = busy(['c1', 'c2']).at(3000).replies('c1', 'c2').at(3010).deletes('m1');
  expect(freed.at(60_000).polls().broken()).toEqual(['I25']);
  const lost = busy(['c1', 'c2']).at(12_000, 'r2').receives('m1', { receiveCount: 2 });
  lost.at(13_000).replies('c1', 'c2').deletes('m1').add({ kind: 'crashed' });
  expect(lost.at(60_000, 'r1').polls().broken()).toEqual([]);
});

it('I25: asks nothing of readers of replies', () => {
  const reader = polling().at(1000, 'q').polls({ queue: 'replies' });
  expect(
    reader.at(20_000, 'r1').polls().at(26_000, 'q').polls({ queue: 'replies' }).broken(),
  ).toEqual([]);
  expect(
    reader.at(40_000, 'r1').polls().at(60_000, 'q').polls({ queue: 'replies' }).broken(),
  ).toEqual([]);
});
