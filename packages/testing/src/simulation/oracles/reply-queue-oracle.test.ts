import { expect, it } from 'vitest';
import { asked, begun, type ToldHistory } from '../../testing/told-history.ts';

const long = { timeoutMs: 60_000 };
const lost = { outcome: 'REPLY_QUEUE_LOST' } as const;
const REPLIES = { queue: 'replies' } as const;

/** The responder dies, and at 100 ms somebody deletes the queue that `q` waits on. */
function deleted(by = 'service', history: ToldHistory = asked(long)): ToldHistory {
  history.at(90, 'r1').add({ kind: 'crashed' });
  return history.at(100, by).add({ kind: 'queueDeleted', queue: 'replies' });
}

it('I19: wants calls told within one long poll and its watchdog', () => {
  expect(deleted().at(25_350, 'q').settles('c1', lost).broken()).toEqual([]);
  expect(deleted().at(25_351, 'q').settles('c1', lost).broken()).toEqual(['I19']);
  // Those of requests may be shorter.
  const short = { waitMs: 2000 };
  expect(deleted().at(25_350, 'q').settles('c1', lost).broken(short)).toEqual([]);
  expect(deleted().at(26_000, 'q').add({ kind: 'healed' }).broken()).toEqual(['I19']);
});

it('I19: is not put off by receives that say that the queue is gone', () => {
  const gone = deleted()
    .at(20_000, 'q')
    .polls({ ...REPLIES, ok: false, gone: true });
  expect(gone.at(25_351).settles('c1', lost).broken()).toEqual(['I19']);
});

it('I19: wants calls told when a receive says that the queue is gone', () => {
  const said = { ...REPLIES, ok: false, gone: true } as const;
  /** At 30 s a call is asked, and somebody deletes the queue. */
  const told = (): ToldHistory =>
    begun()
      .at(0, 'r1')
      .add({ kind: 'crashed' })
      .at(0, 'r2')
      .add({ kind: 'crashed' })
      .at(30_000, 'q')
      .asks('c1')
      .sends('m1', ['c1'])
      .at(30_000, 'service')
      .add({ kind: 'queueDeleted', queue: 'replies' });
  expect(told().at(30_001, 'q').polls(said).at(30_251).settles('c1', lost).broken()).toEqual([]);
  expect(told().at(30_001, 'q').polls(said).at(30_252).settles('c1', lost).broken()).toEqual([
    'I19',
  ]);
  // Of a queue so young it may mean that it cannot be used yet.
  expect(told().at(30_000, 'q').polls(said).at(30_252).settles('c1', lost).broken()).toEqual([]);
  // Who asks meanwhile gives the old address, too.
  const asked = told().at(30_001, 'q').asks('c2').sends('m2', ['c2']).at(30_002).polls(said);
  expect(asked.settles('c1', lost).at(30_253).settles('c2', lost).broken()).toEqual(['I19']);
});

it('I19: is put off by receives that fail otherwise, or come back late', () => {
  const failed = deleted()
    .at(25_000, 'q')
    .polls({ ...REPLIES, ok: false });
  expect(failed.at(55_000).settles('c1', lost).broken()).toEqual([]);
  const empty = deleted().at(20_000, 'q').polls(REPLIES);
  expect(empty.at(30_000).settles('c1', lost).broken()).toEqual([]);
});

it('I19: grants a requester the time that it stood still, and lets it close or crash', () => {
  const stalled = deleted().at(200, 'q').add({ kind: 'stalled', forMs: 15_000 });
  expect(stalled.at(40_000).settles('c1', lost).broken()).toEqual([]);
  const crashed = deleted().at(200, 'q').add({ kind: 'crashed' });
  expect(crashed.at(50_000, 'r2').polls({ queue: 'others' }).broken()).toEqual([]);
});

it('I19: knows calls that wait on another queue, have not been sent, or run out of time before', () => {
  const resent = deleted().at(300, 'q').sends('m2', ['c1'], { replyQueue: 'replies-1' });
  expect(resent.at(50_000).settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual([]);
  const unsent = deleted('service', begun().at(0, 'q').asks('c1', long));
  expect(unsent.at(50_000, 'q').settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual([]);
  const short = deleted('service', asked());
  expect(short.at(10_000, 'q').settles('c1', { outcome: 'TIMEOUT' }).broken()).toEqual([]);
  const own = deleted('q').at(50_000, 'q').settles('c1', { outcome: 'TIMEOUT' });
  expect(own.broken()).toEqual([]);
});
