import { describe, expect, it } from 'vitest';
import { answered, asked, begun } from '../../testing/told-history.ts';

describe('I1: calls settle in time', () => {
  const late = (atMs: number): readonly string[] =>
    asked().at(atMs, 'q').settles('c1', { outcome: 'TIMEOUT' }).broken();

  it('lets a call settle until its deadline and the slack, and not later', () => {
    expect(late(10_250)).toEqual([]);
    expect(late(10_251)).toEqual(['I1']);
  });

  it('grants a requester the time that it stood still', () => {
    const stalled = asked().at(9000, 'q').add({ kind: 'stalled', forMs: 4000 });
    expect(stalled.at(13_000).settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual([]);
    const longer = asked().at(9000, 'q').add({ kind: 'stalled', forMs: 4000 });
    expect(longer.at(14_251).settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual(['I1']);
    const other = asked().at(9000, 'r1').add({ kind: 'stalled', forMs: 4000 });
    expect(other.at(13_000, 'q').settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual(['I1']);
  });

  it('counts stalls that overlap once', () => {
    const twice = asked().at(9000, 'q').add({ kind: 'stalled', forMs: 4000 });
    twice.at(10_000).add({ kind: 'stalled', forMs: 4000 });
    expect(twice.at(15_251).settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual(['I1']);
  });

  it('finds a call that never settles, whether the run goes on or is over', () => {
    expect(asked().at(10_251, 'q').add({ kind: 'healed' }).broken()).toEqual(['I1']);
    expect(asked().at(5000, 'service').add({ kind: 'ended' }).broken()).toEqual(['I1']);
    expect(asked().at(5000, 'service').add({ kind: 'healed' }).broken()).toEqual([]);
  });

  it('finds a call that is open when its requester has closed', () => {
    expect(asked().at(5000, 'q').closes().broken()).toEqual(['I1']);
  });

  it('lets calls die with their process, unless their time had been over before', () => {
    const crashed = (atMs: number): readonly string[] =>
      asked()
        .at(atMs, 'q')
        .add({ kind: 'crashed' })
        .at(20_000, 'service')
        .add({ kind: 'ended' })
        .broken();
    expect(crashed(10_250)).toEqual([]);
    expect(crashed(10_251)).toEqual(['I1']);
  });
});

describe('I3: calls settle once', () => {
  it('finds a call that settles again', () => {
    expect(answered().at(60, 'q').settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual(['I3']);
  });

  it('lets the caller abort what has settled', () => {
    expect(answered().at(60, 'q').add({ kind: 'callAborted', call: 'c1' }).broken()).toEqual([]);
  });

  it('knows calls apart', () => {
    const both = begun().at(0, 'q').asks('c1').asks('c2');
    both.settles('c1', { outcome: 'NOT_SENT', maybeExecuted: false });
    expect(both.settles('c2', { outcome: 'NOT_SENT', maybeExecuted: false }).broken()).toEqual([]);
  });
});

describe('I1: a call whose caller gives up is over', () => {
  const aborted = (): ReturnType<typeof asked> =>
    asked().at(1000, 'q').add({ kind: 'callAborted', call: 'c1' });
  const cancelled = { outcome: 'CANCELLED' };

  it('finds one that goes on, or ends otherwise', () => {
    expect(aborted().at(1250).settles('c1', cancelled).broken()).toEqual([]);
    expect(aborted().at(1251).settles('c1', cancelled).broken()).toEqual(['I1']);
    expect(aborted().at(1100).settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual(['I1']);
    expect(aborted().at(2000).polls({ queue: 'replies' }).broken()).toEqual(['I1']);
  });

  it('lets one be settled that was so before, or in the same instant', () => {
    expect(aborted().settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual([]);
    const before = asked().at(900, 'q').settles('c1', { outcome: 'TIMEOUT' });
    expect(before.at(1000).add({ kind: 'callAborted', call: 'c1' }).broken()).toEqual([]);
  });
});
