import { describe, expect, it } from 'vitest';
import {
  answered,
  asked,
  begun,
  KEY,
  running,
  type ToldHistory,
} from '../../testing/told-history.ts';

describe('I21: closing leaves nothing behind', () => {
  it('finds timers and operations that are left', () => {
    expect(answered().at(60, 'q').closes().broken()).toEqual([]);
    expect(answered().at(60, 'q').closes({ timers: 1 }).broken()).toEqual(['I21']);
    expect(answered().at(60, 'q').closes({ operations: 1 }).broken()).toEqual(['I21']);
  });

  it('finds what a closed process still does', () => {
    expect(answered().at(60, 'q').closes().at(61).polls({ queue: 'replies' }).broken()).toEqual([
      'I21',
    ]);
    const settled = asked().at(60, 'q').closes().at(61).settles('c1', { outcome: 'CLOSED' });
    expect(settled.broken()).toContain('I21');
  });

  it('lets what was on its way have its effect, for a while', () => {
    const deleted = (atMs: number): readonly string[] =>
      answered().at(60, 'r1').closes().at(atMs).deletes('m1').broken();
    expect(deleted(10_060)).toEqual([]);
    expect(deleted(10_061)).toEqual(['I21']);
    const received = (atMs: number): readonly string[] =>
      begun()
        .at(10, 'q')
        .sends('m1', ['c1'])
        .at(60, 'r1')
        .closes()
        .at(atMs)
        .handsOut('m1')
        .broken({ waitMs: 2000 });
    expect(received(12_060)).toEqual([]);
    expect(received(12_061)).toEqual(['I21']);
  });

  it('lets a store, which is the user’s own, take longer', () => {
    const renewed = { kind: 'renewed', key: KEY, token: 't1', leaseMs: 5000 } as const;
    const closed = (): ToldHistory => answered().at(60, 'r1').closes();
    expect(closed().at(16_060).add(renewed).broken()).toEqual([]);
    expect(closed().at(16_061).add(renewed).broken()).toEqual(['I21']);
  });

  it('knows that receives of replies wait as long as they may', () => {
    const received = (atMs: number): readonly string[] => {
      const history = asked().at(60, 'q').settles('c1', { outcome: 'CLOSED' }).closes();
      const replied = history.at(70, 'r1').runs('r1/1', 'c1').ends('r1/1').replies('c1');
      replied.at(80, 'r1').closes().at(80, 'r2').closes();
      return replied.at(atMs, 'q').handsOut('m2', { queue: 'replies' }).broken({ waitMs: 2000 });
    };
    expect(received(30_060)).toEqual([]);
    expect(received(30_061)).toEqual(['I21']);
  });

  it('lets a closed requester turn calls down, and its host stall or crash', () => {
    const closed = answered().at(60, 'q').closes().at(70).asks('c2');
    closed.settles('c2', { outcome: 'CLOSED', maybeExecuted: false });
    closed.add({ kind: 'stalled', forMs: 5 }).add({ kind: 'crashed' });
    expect(closed.broken()).toEqual([]);
  });

  it('lets a handler that ignores its signal end when it likes', () => {
    const ignored = running().at(100, 'r1').aborts('r1/1').closes().at(5000).ends('r1/1');
    expect(ignored.broken()).toEqual([]);
    const unaborted = running().at(100, 'r1').closes().at(5000).ends('r1/1');
    expect(unaborted.broken()).toEqual(['I21']);
  });
});

it('I21: finds a requester that leaves its reply queue behind', () => {
  const closing = answered().at(60, 'q').add({ kind: 'closing' });
  const closed = { kind: 'closed', timers: 0, operations: 0, runs: 0 } as const;
  expect(closing.add(closed).broken()).toEqual(['I21']);
  expect(answered().at(60, 'q').closes().broken()).toEqual([]);
  const untold = answered().at(55, 'q').suffers('createQueue').at(60).add({ kind: 'closing' });
  expect(untold.add(closed).broken()).toEqual([]);
  const gone = answered().at(55, 'service').add({ kind: 'queueDeleted', queue: 'replies' });
  expect(gone.at(60, 'q').add({ kind: 'closing' }).add(closed).broken()).toEqual([]);
});

describe('I22: closing waits for runs, and starts none', () => {
  it('finds runs that are under way when close has resolved', () => {
    expect(running().at(100, 'r1').closes({ runs: 1 }).broken()).toEqual(['I22']);
  });

  it('finds a run of a request that came while the process was closing', () => {
    const closing = begun().at(10, 'q').sends('m1', ['c1']).at(15, 'r1').add({ kind: 'closing' });
    expect(closing.at(20).receives('m1').runs('r1/1', 'c1').broken()).toEqual(['I22']);
  });

  it('finds a run of a request that was handed out before, and brought afterwards', () => {
    const handed = begun().at(10, 'q').sends('m1', ['c1']).at(12, 'r1').handsOut('m1');
    handed
      .at(15)
      .add({ kind: 'closing' })
      .at(20)
      .polls({ messages: [{ messageId: 'm1', receiveCount: 1 }] });
    expect(handed.runs('r1/1', 'c1').broken()).toEqual(['I22']);
  });

  it('lets a request run that was brought before, and waited for the store', () => {
    const claimed = asked().at(25, 'r1').add({ kind: 'closing' }).at(200).claims('t1');
    expect(claimed.runs('r1/1', 'c1').broken()).toEqual([]);
  });
});
