import { describe, expect, it } from 'vitest';
import { asked, begun, running, type ToldHistory } from '../../testing/told-history.ts';

const SHARED = { sharedStore: true };

describe('I9: the message of a live run is nobody else’s', () => {
  const again = (first: ToldHistory): readonly string[] =>
    first.at(3000, 'r2').receives('m1', { receiveCount: 2 }).broken();

  it('finds one that is received again', () => {
    expect(again(running())).toEqual(['I9']);
  });

  it('excuses a stall, and faults of what holds the message, but no others', () => {
    expect(again(running().at(100, 'r1').add({ kind: 'stalled', forMs: 50 }))).toEqual([]);
    expect(again(running().at(100, 'r1').suffers('changeVisibility:request'))).toEqual([]);
    expect(again(running().at(100, 'r1').suffers('send:reply'))).toEqual(['I9']);
    expect(again(running().at(100, 'r2').suffers('changeVisibility:request'))).toEqual(['I9']);
    const outage = { kind: 'fault', atom: 'outage@service#1' } as const;
    expect(again(running().at(100, 'service').add(outage))).toEqual([]);
  });

  it('excuses what was brought late, and no fault of a receive that was not', () => {
    const brought = { messages: [{ messageId: 'm1', receiveCount: 1 }] };
    const broughtAt = (atMs: number): ToldHistory =>
      begun().at(0, 'q').asks('c1').at(10).sends('m1', ['c1']).at(20, 'r1').handsOut('m1').at(atMs);
    const begunAt = (atMs: number): ToldHistory =>
      broughtAt(atMs).polls(brought).claims('t1').runs('r1/1', 'c1');
    expect(again(begunAt(686))).toEqual(['I9']);
    expect(again(begunAt(687))).toEqual([]);
    expect(again(running().at(100, 'r1').suffers('receive:request'))).toEqual(['I9']);
  });

  it('lets it be received when the run is over, told to end, or died with its process', () => {
    expect(again(running().at(100, 'r1').ends('r1/1'))).toEqual([]);
    expect(again(running().at(100, 'r1').aborts('r1/1'))).toEqual([]);
    expect(again(running().at(100, 'r1').add({ kind: 'crashed' }))).toEqual([]);
    expect(again(running().at(100, 'r1').add({ kind: 'closing' }))).toEqual([]);
  });

  it('judges no run that may be of one of several messages', () => {
    const copies = asked().at(20, 'service').sends('m2', ['c1'], { copy: true });
    copies.at(21, 'r1').receives('m2').claims('t1').runs('r1/1', 'c1');
    expect(again(copies)).toEqual([]);
  });
});

describe('I9: the key of a live run is nobody else’s', () => {
  const again = (first: ToldHistory): readonly string[] =>
    first.at(6000, 'r2').claims('t2').broken(SHARED);

  it('finds one that is claimed anew, where a store is shared', () => {
    expect(again(running())).toEqual(['I9']);
    expect(running().at(6000, 'r2').claims('t2').broken()).toEqual([]);
  });

  it('finds one that its run gives up, unless all that is left of the process ends', () => {
    const reason = { kind: 'runAborted', run: 'r1/1', reason: 'AbortError' } as const;
    const lost = (history: ToldHistory): readonly string[] =>
      history.at(5000, 'r1').add(reason).broken(SHARED);
    expect(lost(running())).toEqual(['I9']);
    expect(lost(running().at(100, 'r1').suffers('renew'))).toEqual([]);
    expect(lost(running().at(100, 'r1').add({ kind: 'closing' }))).toEqual([]);
    expect(running().at(5000, 'r1').aborts('r1/1').broken(SHARED)).toEqual([]);
  });

  it('excuses a stall, and faults of what renews the lease', () => {
    expect(again(running().at(100, 'r1').add({ kind: 'stalled', forMs: 50 }))).toEqual([]);
    expect(again(running().at(100, 'r1').suffers('renew'))).toEqual([]);
    expect(again(running().at(100, 'r1').suffers('receive:request'))).toEqual(['I9']);
  });

  it('lets a key be claimed whose run is over or has let go of it', () => {
    expect(again(running().at(100, 'r1').ends('r1/1'))).toEqual([]);
    const key = 'call:requests/calls/act/c1-id';
    expect(again(running().at(100, 'r1').add({ kind: 'abandoned', key, token: 't1' }))).toEqual([]);
  });
});
