import { expect, it } from 'vitest';
import { begun, type ToldHistory } from '../../testing/told-history.ts';

const [SECOND_MS, MINUTE_MS] = [1000, 60_000];
/** Retention, period, sweep. */
const BOUND_MS = 11 * MINUTE_MS;

/** `q` has died at one second. `s` is a requester like it, since `fromMs`. */
function orphaned(fromMs = 0): ToldHistory {
  return begun()
    .at(fromMs, 's')
    .starts('requester')
    .add({ kind: 'queueCreated', queue: 'others' })
    .at(SECOND_MS, 'service')
    .add({ kind: 'healed' })
    .at(SECOND_MS, 'q')
    .add({ kind: 'crashed' });
}

const sweeps = (history: ToldHistory, atMs: number, by = 's'): ToldHistory =>
  history.at(atMs, by).add({ kind: 'queueDeleted', queue: 'replies' });
const ends = (history: ToldHistory, atMs: number): readonly string[] =>
  history.at(atMs, 'service').add({ kind: 'ended' }).broken();

it('I18: wants the queue of a dead requester gone eleven minutes later', () => {
  expect(ends(sweeps(orphaned(), SECOND_MS + BOUND_MS), 2 * BOUND_MS)).toEqual([]);
  expect(ends(sweeps(orphaned(), SECOND_MS + BOUND_MS + 1), 2 * BOUND_MS)).toEqual(['I18']);
  expect(ends(orphaned(), 2 * BOUND_MS)).toEqual(['I18']);
  // Nobody knows yet.
  expect(ends(orphaned(), BOUND_MS)).toEqual([]);
});

it('I18: counts from the last reply in it, which is kept for five minutes', () => {
  const replied = (): ToldHistory =>
    orphaned()
      .at(4 * MINUTE_MS, 'r1')
      .replies('c1');
  expect(ends(sweeps(replied(), 4 * MINUTE_MS + BOUND_MS), 2 * BOUND_MS)).toEqual([]);
  expect(ends(sweeps(replied(), 4 * MINUTE_MS + BOUND_MS + 1), 2 * BOUND_MS)).toEqual(['I18']);
});

it('I18: wants nothing where nobody lives who sweeps, or nobody was awake', () => {
  expect(ends(orphaned().at(MINUTE_MS, 's').add({ kind: 'crashed' }), 9 * BOUND_MS)).toEqual([]);
  expect(ends(orphaned(8 * MINUTE_MS), 12 * MINUTE_MS)).toEqual([]);
  const stalled = orphaned()
    .at(10 * MINUTE_MS, 's')
    .add({ kind: 'stalled', forMs: SECOND_MS });
  expect(ends(stalled, 2 * BOUND_MS)).toEqual([]);
});

it('I18: grants a period more where a sweeper dies with its sweep', () => {
  const cut = (): ToldHistory =>
    orphaned()
      .at(2 * SECOND_MS, 't')
      .starts('requester')
      .at(10 * MINUTE_MS, 't')
      .add({ kind: 'crashed' });
  expect(ends(sweeps(cut(), SECOND_MS + BOUND_MS + 5 * MINUTE_MS), 2 * BOUND_MS)).toEqual([]);
  expect(ends(sweeps(cut(), SECOND_MS + BOUND_MS + 5 * MINUTE_MS + 1), 2 * BOUND_MS)).toEqual([
    'I18',
  ]);
});

it('I18: grants what the clock of its host was ahead where a requester died with its first heartbeats', () => {
  const ahead = (atMs: number): ToldHistory =>
    begun()
      .at(0, 's')
      .starts('requester')
      .add({ kind: 'queueCreated', queue: 'others' })
      .at(0, 'service')
      .add({ kind: 'healed' })
      .at(0, 'q')
      .add({ kind: 'started', role: 'requester', aheadMs: 5 * MINUTE_MS })
      .at(atMs, 'q')
      .add({ kind: 'crashed' });
  expect(ends(sweeps(ahead(SECOND_MS), 15 * MINUTE_MS), 2 * BOUND_MS)).toEqual([]);
  expect(ends(sweeps(ahead(SECOND_MS), 17 * MINUTE_MS), 2 * BOUND_MS)).toEqual(['I18']);
  expect(ends(sweeps(ahead(2 * MINUTE_MS), 15 * MINUTE_MS), 2 * BOUND_MS)).toEqual(['I18']);
});

it('I18: wants the queue of a requester that lives left alone', () => {
  const alive = (): ToldHistory => begun().at(0, 's').starts('requester');
  expect(sweeps(alive(), 10 * MINUTE_MS).broken()).toEqual(['I18']);
  // Whoever made it may, and so may people.
  expect(sweeps(alive(), 10 * MINUTE_MS, 'q').broken()).toEqual([]);
  expect(sweeps(alive(), 10 * MINUTE_MS, 'service').broken()).toEqual([]);
});

it('I18: lets the queue of one go that stood still for longer than it is kept without a heartbeat', () => {
  const stood = (forMs: number): ToldHistory =>
    begun().at(0, 's').starts('requester').at(0, 'q').add({ kind: 'stalled', forMs });
  expect(sweeps(stood(5 * MINUTE_MS), 5 * MINUTE_MS).broken()).toEqual([]);
  expect(sweeps(stood(3 * MINUTE_MS), 5 * MINUTE_MS).broken()).toEqual(['I18']);
  const gone = begun().at(0, 's').starts('requester').at(SECOND_MS, 'q').add({ kind: 'crashed' });
  expect(sweeps(gone, 10 * MINUTE_MS).broken()).toEqual([]);
});
