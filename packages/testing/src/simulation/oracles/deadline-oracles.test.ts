import { describe, expect, it } from 'vitest';
import { asked, begun, running, type ToldHistory } from '../../testing/told-history.ts';

const failed = { outcome: 'TIMEOUT' } as const;

describe('I11: nothing starts past its deadline', () => {
  // Stored at 10 ms with 1000 ms to go.
  const startedAt = (atMs: number): ToldHistory =>
    asked({ timeoutMs: 1000 }).at(1001, 'q').settles('c1', failed).at(atMs, 'r1').claims('t1');
  const run = (history: ToldHistory): readonly string[] =>
    history.runs('r1/1', 'c1').ends('r1/1').broken();

  it('lets a run start until the deadline and the slack, and not later', () => {
    expect(run(startedAt(1260))).toEqual([]);
    expect(run(startedAt(1261))).toEqual(['I11']);
  });

  const short = { timeoutMs: 1000 };
  const brought = { messages: [{ messageId: 'm1', receiveCount: 1 }] };
  /** At 20 ms the service hands it out; nobody has been brought it. */
  const handed = (): ToldHistory =>
    begun()
      .at(0, 'q')
      .asks('c1', short)
      .at(10)
      .sends('m1', ['c1'], short)
      .at(20, 'r1')
      .handsOut('m1');

  it('knows which receive brought what runs, though answers overtake each other', () => {
    const again = { receiveCount: 2 };
    const told = (history: ToldHistory): ToldHistory =>
      history.at(1001, 'q').settles('c1', failed).at(2010, 'r1').receives('m1', again);
    expect(run(told(handed()).at(4020).polls(brought))).toEqual([]);
    expect(run(told(handed().at(21).polls(brought)).at(4020))).toEqual(['I11']);
    // What was lost on its way has brought nothing.
    expect(run(told(handed()).at(2260))).toEqual([]);
    expect(run(told(handed()).at(2261))).toEqual(['I11']);
  });

  it('grants what the process cannot see: the way from the service, and a stall when it came', () => {
    const slow = handed().at(1001, 'q').settles('c1', failed).at(3020, 'r1').polls(brought);
    expect(run(slow)).toEqual([]);
    expect(run(slow.at(4300).claims('t2'))).toEqual(['I11']);
    const stalled = handed().add({ kind: 'stalled', forMs: 2000 }).at(30).polls(brought);
    expect(run(stalled.at(1001, 'q').settles('c1', failed).at(2020, 'r1'))).toEqual([]);
    const other = handed().at(21).polls({ messages: [] }).at(1001, 'q').settles('c1', failed);
    expect(run(other.at(2000, 'r1').polls(brought))).toEqual([]);
  });

  it('grants a second where the service told its time in seconds', () => {
    const again = (atMs: number): readonly string[] =>
      run(
        asked({ timeoutMs: 1000 })
          .at(900, 'r1')
          .receives('m1', { receiveCount: 2 })
          .at(1001, 'q')
          .settles('c1', failed)
          .at(atMs, 'r1'),
      );
    expect(again(2260)).toEqual([]);
    expect(again(2261)).toEqual(['I11']);
  });

  it('goes by the message that its own process received last', () => {
    const sentOn = (by: string): readonly string[] =>
      run(
        asked({ timeoutMs: 1000 })
          .at(900, 'r2')
          .sends('m2', ['c1'], { timeoutMs: 800, attempt: 2 })
          .at(910, by)
          .receives('m2')
          .at(1001, 'q')
          .settles('c1', failed)
          .at(1700, 'r1'),
      );
    expect(sentOn('r1')).toEqual([]);
    expect(sentOn('r2')).toEqual(['I11']);
  });
});

describe('I13: a run is told when its deadline has come', () => {
  const live = (): ToldHistory => running({ timeoutMs: 1000 }).at(1001, 'q').settles('c1', failed);

  it('finds a run that is told late, or never', () => {
    expect(live().at(1260, 'r1').aborts('r1/1').broken()).toEqual([]);
    expect(live().at(1261, 'r1').aborts('r1/1').broken()).toEqual(['I13']);
    expect(live().at(1261, 'r1').ends('r1/1').broken()).toEqual(['I13']);
    expect(live().at(1261, 'service').add({ kind: 'healed' }).broken()).toEqual(['I13']);
  });

  it('lets a run end by itself, or with its process', () => {
    expect(live().at(1100, 'r1').ends('r1/1').at(5000, 'q').asks('c2').broken()).toEqual([]);
    const crashed = live().at(1100, 'r1').add({ kind: 'crashed' });
    expect(crashed.at(5000, 'q').asks('c2').broken()).toEqual([]);
    expect(live().at(1100, 'r1').closes().at(5000, 'q').asks('c2').broken()).toEqual([]);
  });

  it('grants a process the time that it stood still', () => {
    const stalled = live().at(1000, 'r1').add({ kind: 'stalled', forMs: 3000 });
    expect(stalled.at(4000).aborts('r1/1').broken()).toEqual([]);
  });
});
