import { describe, expect, it } from 'vitest';
import { answered, begun, type ToldHistory } from '../../testing/told-history.ts';

describe('I28: no request is left over', () => {
  const ended = (history: ToldHistory): readonly string[] =>
    history
      .at(10_000, 'service')
      .add({ kind: 'healed' })
      .at(20_000)
      .add({ kind: 'ended' })
      .broken();

  it('finds one that nobody has deleted', () => {
    expect(ended(answered())).toEqual(['I28']);
    expect(ended(answered().at(60, 'r1').deletes('m1'))).toEqual([]);
    expect(ended(answered().at(60, 'service').deletes('m1'))).toEqual([]);
  });

  it('counts none that went with its queue, or was sent when it was gone', () => {
    const lost = (): ToldHistory =>
      answered().at(60, 'service').add({ kind: 'queueDeleted', queue: 'requests' });
    expect(ended(lost())).toEqual([]);
    const late = lost()
      .at(70, 'q')
      .asks('c2')
      .sends('m2', ['c2'])
      .settles('c2', { outcome: 'TIMEOUT' });
    expect(ended(late.at(80, 'service').add({ kind: 'queueCreated', queue: 'requests' }))).toEqual(
      [],
    );
  });

  it('leaves what is foreign to those whom it is for', () => {
    const foreign = begun().at(10, 'service');
    foreign.add({
      kind: 'stored',
      queue: 'requests',
      messageId: 'f',
      frames: [{ kind: 'foreign' }],
    });
    expect(ended(foreign)).toEqual([]);
  });
});
