import { expect, it } from 'vitest';
import { begun, type ToldHistory } from '../../testing/told-history.ts';

function probing(): ToldHistory {
  return begun()
    .at(1000, 'service')
    .add({ kind: 'healed' })
    .at(1000, 'q')
    .asks('c1', { probe: true })
    .at(1010)
    .sends('m1', ['c1'])
    .at(1020, 'r1')
    .receives('m1')
    .claims('t1')
    .runs('r1/1', 'c1')
    .ends('r1/1');
}

it('I24: wants a probe to succeed in time', () => {
  expect(probing().at(6000, 'q').settles('c1').broken()).toEqual([]);
  expect(probing().at(6001, 'q').settles('c1').broken()).toEqual(['I24']);
  expect(probing().at(2000, 'q').settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual(['I24']);
  expect(probing().at(6001, 'q').polls({ queue: 'replies' }).broken()).toEqual(['I24']);
});

it('I24: waits for a probe that still has time, and for none of a process that goes down', () => {
  expect(probing().at(5000, 'q').polls({ queue: 'replies' }).broken()).toEqual([]);
  const crashed = probing().at(2000, 'q').add({ kind: 'crashed' });
  expect(crashed.at(9000, 'r2').polls().broken()).toEqual([]);
  const closed = probing().at(2000, 'q').add({ kind: 'closing' });
  expect(closed.settles('c1', { outcome: 'CLOSED' }).broken()).toEqual([]);
});

it('I24: wants nothing of calls while there are faults, or that are no probes', () => {
  const early = begun().at(0, 'q').asks('c1', { probe: true }).at(100);
  early.settles('c1', { outcome: 'TIMEOUT' }).at(1000, 'service').add({ kind: 'healed' });
  expect(early.broken()).toEqual([]);
  const call = begun().at(0, 'service').add({ kind: 'healed' }).at(10, 'q').asks('c1');
  expect(call.at(100).settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual([]);
});

it('I24: lets a requester that does not poll learn with a call that its queue is gone', () => {
  const gone = { queue: 'replies', ok: false, gone: true } as const;
  const deleted = (by = 'service'): ToldHistory =>
    begun().at(400, 'q').polls(gone).at(500, by).add({ kind: 'queueDeleted', queue: 'replies' });
  const probe = (history: ToldHistory): readonly string[] =>
    history
      .at(40_000, 'service')
      .add({ kind: 'healed' })
      .at(40_000, 'q')
      .asks('c1', { probe: true })
      .at(40_010)
      .polls(gone)
      .settles('c1', { outcome: 'REPLY_QUEUE_LOST' })
      .broken();
  expect(probe(deleted())).toEqual([]);
  expect(probe(begun())).toEqual(['I24']);
  expect(probe(deleted('q'))).toEqual(['I24']);
  expect(probe(deleted().at(30_001, 'q').polls(gone))).toEqual(['I24']);
  // That it cannot be used yet is said with the same words.
  expect(probe(deleted().at(30_000, 'q').polls(gone))).toEqual([]);
  const anew = { kind: 'queueCreated', queue: 'replies-1' } as const;
  expect(probe(deleted().at(600, 'q').add(anew))).toEqual(['I24']);
});
