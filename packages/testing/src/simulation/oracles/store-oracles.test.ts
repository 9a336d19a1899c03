import { describe, expect, it } from 'vitest';
import { answered, asked, begun, KEY, running } from '../../testing/told-history.ts';

const SHARED = { sharedStore: true };

describe('I8: a key is recorded once, and does not run again', () => {
  it('finds a key that is recorded twice', () => {
    expect(answered().at(60, 'r1').records('t1').broken(SHARED)).toEqual(['I8']);
  });

  it('finds a run of a key that was recorded, with a claim or without', () => {
    const again = answered().at(60, 'r2').receives('m1', { receiveCount: 2 });
    expect(again.runs('r2/1', 'c1').broken(SHARED)).toEqual(['I8']);
    const claimed = answered().at(60, 'r2').receives('m1', { receiveCount: 2 }).claims('t2');
    expect(claimed.runs('r2/1', 'c1').broken(SHARED)).toEqual(['I8']);
  });

  it('lets run twice what does not mind, and all where no store is shared', () => {
    const twice = (idempotent: boolean): ReturnType<typeof running> =>
      running()
        .at(30, 'r1')
        .ends('r1/1')
        .at(60, 'r2')
        .receives('m1', { receiveCount: 2 })
        .runs('r2/1', 'c1', { idempotent })
        .at(61, 'r1')
        .records('t1')
        .records('t1');
    expect(twice(true).broken(SHARED)).toEqual([]);
    expect(twice(false).broken()).toEqual([]);
    expect(twice(false).broken(SHARED)).toEqual(['I8']);
  });

  it('knows a request that was sent on by its call id, whatever key it had', () => {
    const key = { idempotencyKey: 'k' };
    const keyed = running().at(30, 'r1').ends('r1/1').records('t1').at(40, 'r2');
    keyed.claims('t2', { key: 'key:requests/act/k' }).runs('r2/1', 'c2', key);
    keyed.at(50).ends('r2/1').add({ kind: 'recorded', key: 'key:requests/act/k', token: 't2' });
    keyed.at(60).claims('t3', { key: 'call:requests/act/c3-id' }).runs('r2/2', 'c3', key);
    expect(keyed.broken(SHARED)).toEqual([]);
  });
});

describe('I8: nothing that must not run twice runs without a claim of its own', () => {
  it('finds a run without a claim, and two with one', () => {
    const unclaimed = asked().at(21, 'r1').runs('r1/1', 'c1');
    expect(unclaimed.broken(SHARED)).toEqual(['I8']);
    expect(unclaimed.broken()).toEqual([]);
    const again = running().at(30).ends('r1/1').at(40).runs('r1/2', 'c1');
    expect(again.broken(SHARED)).toEqual(['I8']);
    expect(running().broken(SHARED)).toEqual([]);
  });

  it('lets run without one what may run twice', () => {
    expect(asked().at(21, 'r1').runs('r1/1', 'c1', { idempotent: true }).broken(SHARED)).toEqual(
      [],
    );
  });
});

describe('I8: a call is recorded under one key', () => {
  const twice = (more: { readonly idempotencyKey?: string } = {}): ReturnType<typeof begun> => {
    const history = begun().at(0, 'q').asks('c1', more).at(10).sends('m1', ['c1']);
    history.at(11).sends('m2', ['c1'], { callId: 'c1-other' });
    for (const [index, id] of ['c1-id', 'c1-other'].entries()) {
      const [token, run, key] = [`t${index}`, `r1/${index}`, `call:requests/calls/act/${id}`];
      history
        .at(20 + index, 'r1')
        .receives(`m${index + 1}`)
        .claims(token, { key });
      history.runs(run, 'c1', { callId: id, ...more }).ends(run);
      history.add({ kind: 'recorded', key, token });
    }
    return history;
  };

  it('finds one that was sent again as another', () => {
    expect(twice().broken(SHARED)).toEqual(['I8']);
    expect(twice().broken()).toEqual([]);
  });

  it('leaves those with a key of their own to the key', () => {
    expect(twice({ idempotencyKey: 'k' }).broken(SHARED)).toEqual([]);
  });
});

it('I8: a key that the store has lost may run again', () => {
  const lost = answered().at(55, 'r1').add({ kind: 'forgotten', key: KEY });
  lost.at(60, 'r2').receives('m1', { receiveCount: 2 }).claims('t2').runs('r2/1', 'c1');
  expect(lost.at(70).ends('r2/1').records('t2').broken(SHARED)).toEqual([]);
});

describe('I9: two runs of one key, only when the lease of the first has run out', () => {
  const second = (atMs: number, token = 't2'): ReturnType<typeof running> =>
    running()
      .at(atMs - 1, 'r1')
      .suffers('renew', 'changeVisibility:request')
      .at(atMs, 'r2')
      .receives('m1', { receiveCount: 2 })
      .claims(token)
      .runs('r2/1', 'c1');

  it('finds a second run before the lease has run out', () => {
    expect(second(5020).broken(SHARED)).toEqual(['I9']);
    expect(second(5021).broken(SHARED)).toEqual([]);
  });

  it('counts the lease from when it was last renewed', () => {
    const renewed = running().at(4000, 'r1');
    renewed.add({ kind: 'renewed', key: KEY, token: 't1', leaseMs: 5000 });
    renewed.at(8999, 'r2').receives('m1', { receiveCount: 2 }).claims('t2');
    expect(renewed.runs('r2/1', 'c1').broken(SHARED)).toEqual(['I9']);
  });

  it('finds a second run without a claim of its own', () => {
    const unclaimed = running().at(100, 'r2').receives('m1', { receiveCount: 2 });
    expect(unclaimed.runs('r2/1', 'c1').broken(SHARED)).toEqual(['I8', 'I9']);
  });

  it('lets a key run again whose run has ended, died with its process, or let go of it', () => {
    const again = (first: ReturnType<typeof running>): readonly string[] =>
      first
        .at(100, 'r2')
        .receives('m1', { receiveCount: 2 })
        .claims('t2')
        .runs('r2/1', 'c1')
        .broken(SHARED);
    expect(again(running().at(30, 'r1').ends('r1/1', true))).toEqual([]);
    expect(again(running().at(30, 'r1').add({ kind: 'crashed' }))).toEqual([]);
    const abandoned = running().at(30, 'r1');
    expect(again(abandoned.add({ kind: 'abandoned', key: KEY, token: 't1' }))).toEqual([]);
  });

  it('finds a record of a run that had lost its key', () => {
    expect(second(5021).at(5030, 'r1').ends('r1/1').records('t1').broken(SHARED)).toEqual(['I9']);
    expect(second(5021).at(5030, 'r2').ends('r2/1').records('t2').broken(SHARED)).toEqual([]);
  });
});
