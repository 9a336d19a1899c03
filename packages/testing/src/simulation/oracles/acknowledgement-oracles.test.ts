import { describe, expect, it } from 'vitest';
import type { FrameFact } from '../fact.ts';
import { answered, asked, begun } from '../../testing/told-history.ts';

describe('I14: a request is deleted only when it is answered', () => {
  it('finds one that is deleted before its reply was stored', () => {
    expect(answered().at(60, 'r1').deletes('m1').broken()).toEqual([]);
    expect(asked().at(60, 'r1').deletes('m1').at(70).replies('c1').broken()).toEqual(['I14']);
  });

  it('wants every request of a message answered', () => {
    const pack = (): ReturnType<typeof begun> =>
      begun()
        .at(10, 'q')
        .sends('m1', ['c1', 'c2'])
        .at(20, 'r1')
        .receives('m1')
        .at(30)
        .replies('c1');
    expect(pack().at(60).deletes('m1').broken()).toEqual(['I14']);
    expect(pack().at(50).replies('c2').at(60).deletes('m1').broken()).toEqual([]);
  });

  it('lets expired requests be deleted', () => {
    const expired = (atMs: number): readonly string[] =>
      begun()
        .at(10, 'q')
        .sends('m1', ['c1'], { timeoutMs: 1000 })
        .at(20, 'r1')
        .receives('m1')
        .at(atMs)
        .deletes('m1')
        .broken();
    expect(expired(760)).toEqual([]);
    expect(expired(759)).toEqual(['I14']);
  });

  it('lets requests be deleted that were sent on, to the same queue, as such', () => {
    const sentOn = (more: {
      readonly attempt: number;
      readonly queue?: string;
    }): readonly string[] =>
      asked().at(30, 'r1').sends('m2', ['c1'], more).at(40).deletes('m1').broken();
    expect(sentOn({ attempt: 2 })).toEqual([]);
    expect(sentOn({ attempt: 1 })).toEqual(['I14']);
    expect(sentOn({ attempt: 2, queue: 'elsewhere' })).toEqual(['I14']);
  });

  it('lets requests be deleted whose reply is refused for good, whatever was said before', () => {
    const refused = (failure: string): readonly string[] =>
      asked()
        .at(30, 'r1')
        .add({
          kind: 'sendFailed',
          queue: 'replies',
          frames: 'reply',
          failure,
          callIds: ['c1-id'],
        })
        .at(40)
        .deletes('m1')
        .broken();
    expect(refused('denied')).toEqual([]);
    expect(refused('throttled')).toEqual(['I14']);
  });

  it('lets requests be deleted whose reply queue is gone', () => {
    const gone = (queue: string): readonly string[] =>
      asked().at(30, 'q').add({ kind: 'queueDeleted', queue }).at(40, 'r1').deletes('m1').broken();
    expect(gone('replies')).toEqual([]);
    expect(gone('others')).toEqual(['I14']);
    const unsaid = begun()
      .at(10, 'q')
      .add({
        kind: 'stored',
        queue: 'requests',
        messageId: 'm1',
        frames: [{ kind: 'request', callId: 'c1-id', timeoutMs: 10_000 }],
      });
    unsaid.at(20, 'r1').receives('m1').at(30, 'q').add({ kind: 'queueDeleted', queue: 'replies' });
    expect(unsaid.at(40, 'r1').deletes('m1').broken()).toEqual([]);
  });

  it('lets anybody delete what is no request, or wants no reply, and the service what it likes', () => {
    expect(deletedUnanswered([{ kind: 'foreign' }])).toEqual([]);
    expect(deletedUnanswered([{ kind: 'request', timeoutMs: 10_000 }])).toEqual([]);
    expect(deletedUnanswered([{ kind: 'reply', callId: 'c1-id' }])).toEqual([]);
    expect(asked().at(60, 'service').deletes('m1').broken()).toEqual([]);
  });
});

function deletedUnanswered(frames: readonly FrameFact[]): readonly string[] {
  const history = begun()
    .at(10, 'q')
    .add({ kind: 'stored', queue: 'any', messageId: 'm1', frames });
  return history.at(20, 'r1').receives('m1', { queue: 'any' }).at(30).deletes('m1', 'any').broken();
}

it('I15: finds who deletes what it has not received', () => {
  expect(answered().at(60, 'r2').deletes('m1').broken()).toEqual(['I15']);
  const both = answered().at(55, 'r2').receives('m1', { receiveCount: 2 });
  expect(both.at(60, 'r2').deletes('m1').broken()).toEqual([]);
});

describe('I15: deletes use the newest handle', () => {
  const use = (delivery: number, used: 'delete' | 'extend' = 'delete', newest = 2) =>
    ({
      kind: 'handleUsed',
      queue: 'requests',
      messageId: 'm1',
      for: used,
      delivery,
      newest,
    }) as const;
  const twice = (): ReturnType<typeof answered> =>
    answered().at(55, 'r1').receives('m1', { receiveCount: 2 }).at(60).add(use(1));
  const later = (history: ReturnType<typeof answered>): readonly string[] =>
    history.at(20_000, 'q').polls({ queue: 'replies' }).broken();

  it('finds a delete with an old one, when the new one is never used', () => {
    expect(later(twice())).toEqual(['I15']);
  });

  it('lets an old one be on its way when the new one is used, too', () => {
    expect(later(twice().at(70).add(use(2)))).toEqual([]);
    expect(later(twice().at(70).add(use(2, 'extend')))).toEqual([]);
    expect(
      later(
        twice()
          .at(70)
          .add(use(3, 'delete', 3)),
      ),
    ).toEqual([]);
  });

  it('wants nothing of a queue that goes meanwhile', () => {
    const gone = { kind: 'queueDeleted', queue: 'requests' } as const;
    expect(later(twice().at(15_059, 'service').add(gone))).toEqual([]);
    expect(later(twice().at(15_060, 'service').add(gone))).toEqual(['I15']);
  });

  it('wants nothing of a process that ends, or stands still', () => {
    expect(later(twice().at(100).add({ kind: 'crashed' }))).toEqual([]);
    expect(later(twice().at(100).add({ kind: 'stalled', forMs: 5000 }))).toEqual([]);
  });
});
