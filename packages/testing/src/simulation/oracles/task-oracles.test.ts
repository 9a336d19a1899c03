import { describe, expect, it } from 'vitest';
import { done, idle, received } from '../../testing/told-tasks.ts';

const T3: { readonly dead: readonly string[] } = { dead: ['d1'] };

/** `t1` has run twice in vain, and is with the dead letters. */
function buried(): ReturnType<typeof received> {
  return received()
    .at(21, 'r1')
    .works('r1/1', 't1')
    .at(22)
    .ends('r1/1', true)
    .at(50, 'r2')
    .receives('m1', { receiveCount: 2 })
    .works('r2/1', 't1', 2)
    .at(60)
    .ends('r2/1', true)
    .at(61)
    .buries('d1', 't1')
    .at(62)
    .deletes('m1');
}

describe('I37: what the queue has taken is done, or dead', () => {
  it('is content with either', () => {
    expect(done().isOver().broken()).toEqual([]);
    expect(buried().isOver(T3).broken()).toEqual([]);
  });

  it('finds what is neither', () => {
    expect(
      received()
        .isOver({ here: ['m1'] })
        .broken(),
    ).toEqual(['I37', 'I44']);
    expect(buried().isOver().broken()).toEqual(['I37']);
  });

  it('finds what was accepted and never stored', () => {
    expect(idle().at(0, 'q').enqueues('t1').at(10).accepts('t1').isOver().broken()).toEqual([
      'I37',
    ]);
  });

  it('lets one stand for another of its id, where that is remembered', () => {
    const twice = done({ deduplicationId: 'd' })
      .at(50, 'q')
      .enqueues('t2', { deduplicationId: 'd' })
      .stores('m2', ['t2'])
      .accepts('t2')
      .at(60, 'r1')
      .receives('m2')
      .deletes('m2')
      .isOver();
    expect(twice.broken()).toEqual([]);
    expect(twice.broken({ remembers: false })).toEqual(['I37', 'I38']);
  });
});

describe('I38: a message goes when each task in it is done or elsewhere', () => {
  it('finds one that goes before', () => {
    expect(received().at(21, 'r1').deletes('m1').isOver().broken()).toEqual(['I37', 'I38']);
    const failed = received().at(21, 'r1').works('r1/1', 't1').at(30).ends('r1/1', true);
    expect(failed.at(40).deletes('m1').broken()).toEqual(['I38']);
  });

  it('finds one whose copy was still on its way', () => {
    const early = received().at(21, 'r1').deletes('m1').at(22).stores('m2', ['t1']);
    expect(early.broken()).toEqual(['I38']);
    const late = received().at(21, 'r1').stores('m2', ['t1']).at(22).deletes('m1');
    expect(late.broken()).toEqual([]);
  });

  it('finds the one task of several that is not done', () => {
    const packed = idle()
      .at(0, 'q')
      .enqueues('t1')
      .enqueues('t2')
      .at(10)
      .stores('m1', ['t1', 't2'])
      .at(20, 'r1')
      .receives('m1')
      .works('r1/1', 't1')
      .ends('r1/1')
      .at(30)
      .deletes('m1');
    expect(packed.violations().map(({ message }) => message)).toEqual([
      expect.stringContaining('t2'),
    ]);
  });
});

describe('I39: the dead have used up their attempts', () => {
  it('finds one that was buried too soon', () => {
    const soon = received().at(21, 'r1').works('r1/1', 't1').at(30).ends('r1/1', true);
    expect(soon.at(31).buries('d1', 't1').deletes('m1').isOver(T3).broken()).toEqual(['I39']);
  });

  it('lets one go that says that another run would fail, too', () => {
    const final = received().at(21, 'r1').works('r1/1', 't1').at(30);
    final.add({ kind: 'runEnded', run: 'r1/1', failed: true, final: true });
    expect(final.at(31).buries('d1', 't1').deletes('m1').isOver(T3).broken()).toEqual([]);
  });

  it('finds receives that were no runs, unless something has hit who had them', () => {
    const unseen = (): ReturnType<typeof received> =>
      received().at(21, 'r1').works('r1/1', 't1').at(22).ends('r1/1', true).at(50, 'r2');
    const bury = (told: ReturnType<typeof received>): readonly string[] =>
      told
        .receives('m1', { receiveCount: 2 })
        .at(61)
        .buries('d1', 't1')
        .at(62)
        .deletes('m1')
        .isOver(T3)
        .broken();
    expect(bury(unseen())).toEqual(['I39']);
    expect(bury(unseen().suffers('claim'))).toEqual([]);
  });

  it('finds one that the service moved too soon', () => {
    expect(
      received()
        .isOver({ dead: ['m1'] })
        .broken(),
    ).toEqual(['I39']);
    expect(
      received()
        .isOver({ dead: ['m1'] })
        .broken({ maxReceiveCount: 1 }),
    ).toEqual([]);
  });
});

describe('I40: nothing runs before it is due', () => {
  it('finds a run that begins a millisecond too early', () => {
    const at = (atMs: number): readonly string[] =>
      received({ delayMs: 1000 }).at(atMs, 'r1').works('r1/1', 't1').broken();
    expect(at(999)).toEqual(['I40']);
    expect(at(1000)).toEqual([]);
  });

  it('allows for what a producer does not know of the clock, past a quarter of an hour', () => {
    const at = (atMs: number, delayMs: number): readonly string[] =>
      received({ delayMs })
        .at(atMs, 'r1')
        .works('r1/1', 't1')
        .broken()
        .filter((invariant) => invariant === 'I40');
    expect(at(899_999, 900_000)).toEqual(['I40']);
    expect(at(900_960, 901_000)).toEqual([]);
    expect(at(900_940, 901_000)).toEqual(['I40']);
  });
});

describe('I41: nothing runs more often than it may', () => {
  it('finds an attempt past the last', () => {
    expect(received().at(21, 'r1').works('r1/1', 't1', 3).broken()).toEqual(['I41']);
  });

  it('finds a run that no receive gave', () => {
    const twice = received().at(21, 'r1').works('r1/1', 't1').at(22).ends('r1/1', true);
    expect(twice.at(30).works('r1/2', 't1', 2).broken()).toEqual(['I41']);
  });
});

describe('I42: a shared store remembers tasks, and ids', () => {
  const again = (deduplicationId: string | undefined): ReturnType<typeof received> => {
    const id = deduplicationId === undefined ? {} : { deduplicationId };
    const key = (task: string): string => `task:requests/jobs/work/${task}-id`;
    return received(id)
      .at(21, 'r1')
      .claims('c1', { key: key('t1') })
      .works('r1/1', 't1')
      .ends('r1/1')
      .add({ kind: 'recorded', key: key('t1'), token: 'c1' })
      .at(30, 'q')
      .enqueues('t2', id)
      .stores('m2', ['t2'])
      .at(40, 'r1')
      .receives('m2')
      .claims('c2', { key: key('t2') })
      .works('r1/2', 't2')
      .ends('r1/2')
      .add({ kind: 'recorded', key: key('t2'), token: 'c2' });
  };

  it('finds a second run and a second record of one id', () => {
    expect(again('d').broken({ sharedStore: true })).toEqual(['I42']);
    expect(again('d').broken()).toEqual([]);
    expect(again(undefined).broken({ sharedStore: true })).toEqual([]);
  });

  it('knows the tasks of two procedures with one id apart, though both are claimed before one runs', () => {
    const key = (procedure: string): string => `dedup:requests/jobs/${procedure}/d`;
    const run = { idempotencyKey: 'd', attempt: 1 };
    const both = received({ deduplicationId: 'd' })
      .at(10, 'q')
      .enqueues('t2', { deduplicationId: 'd', procedure: 'workAgain' })
      .stores('m2', ['t2'])
      .accepts('t2')
      .at(21, 'r1')
      .receives('m2')
      .claims('c1', { key: key('work') })
      .claims('c2', { key: key('workAgain') })
      .runs('r1/2', 't2', run)
      .ends('r1/2')
      .add({ kind: 'recorded', key: key('workAgain'), token: 'c2' })
      .runs('r1/1', 't1', run)
      .ends('r1/1')
      .add({ kind: 'recorded', key: key('work'), token: 'c1' });
    expect(both.broken({ sharedStore: true })).toEqual([]);
  });
});

describe('I43: a group goes in order', () => {
  const group = { groupId: 'g' };
  const two = (): ReturnType<typeof received> =>
    idle()
      .at(0, 'q')
      .enqueues('t1', group)
      .at(1)
      .enqueues('t2', group)
      .at(10)
      .stores('m1', ['t1'])
      .accepts('t1')
      .at(11)
      .stores('m2', ['t2'])
      .accepts('t2')
      .at(20, 'r1')
      .receives('m1')
      .receives('m2');

  it('finds a task that begins before the one in front of it is done', () => {
    const first = two().at(21, 'r1').works('r1/1', 't1');
    expect(first.at(22).works('r1/2', 't2').broken()).toEqual(['I43']);
    const after = two().at(21, 'r1').works('r1/1', 't1').at(22).ends('r1/1');
    expect(after.works('r1/2', 't2').broken()).toEqual([]);
  });

  it('finds what went into the queue in another order than it was enqueued', () => {
    const turned = idle().at(0, 'q').enqueues('t1', group).at(1).enqueues('t2', group);
    turned.at(10).stores('m2', ['t2']).accepts('t2').at(11).stores('m1', ['t1']).accepts('t1');
    expect(turned.broken()).toEqual(['I43']);
  });
});
