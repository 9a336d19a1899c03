import { describe, expect, it } from 'vitest';
import { answered, asked, running } from '../../testing/told-history.ts';

describe('I2: maybeExecuted tells of effects', () => {
  const surely = { outcome: 'NOT_SENT', maybeExecuted: false } as const;

  it('finds a call that surely did not run, and ran before or after it settled', () => {
    expect(running().at(60, 'q').settles('c1', surely).broken()).toEqual(['I2']);
    const later = asked().at(60, 'q').settles('c1', surely).at(70, 'r1').claims('t1');
    expect(later.runs('r1/1', 'c1').broken()).toEqual(['I2']);
  });

  it('lets a call run that nobody can tell of, and fail that has not run', () => {
    expect(running().at(60, 'q').settles('c1', { outcome: 'CANCELLED' }).broken()).toEqual([]);
    expect(asked().at(60, 'q').settles('c1', surely).broken()).toEqual([]);
  });

  it('judges none of which a changed copy was sent by hand, or that one version does not know', () => {
    const tampered = running()
      .at(25, 'service')
      .add({
        kind: 'stored',
        queue: 'requests',
        messageId: 'm2',
        frames: [{ kind: 'request', callId: 'c1-id', call: 'c1' }],
        copy: true,
        tampered: true,
      });
    expect(tampered.at(60, 'q').settles('c1', surely).broken()).toEqual([]);
    const unknown = { ...surely, outcome: 'NOT_FOUND' };
    expect(running().at(60, 'q').settles('c1', unknown).broken()).toEqual([]);
  });

  it('judges by call, not by idempotency key', () => {
    const other = running().at(60, 'q').asks('c2', { idempotencyKey: 'c1' });
    expect(other.settles('c2', surely).broken()).toEqual([]);
  });
});

describe('I4: replies are delivered to their own calls', () => {
  it('finds a value of another call', () => {
    const wrong = running().at(30, 'r1').ends('r1/1').at(50, 'q');
    expect(wrong.settles('c1', { ownValue: false }).broken()).toEqual(['I4']);
    expect(answered().broken()).toEqual([]);
  });
});

it('I10: finds a call that is given what another input of its key has led to', () => {
  const key = { idempotencyKey: 'k' };
  const both = asked().at(21, 'r1').runs('r1/1', 'c1', key).at(30).ends('r1/1');
  both.at(40, 'q').asks('c2', key);
  const conflict = { outcome: 'CONFLICT' };
  expect(both.at(50).settles('c2', conflict).broken()).toEqual([]);
  both.asks('c3', key);
  expect(both.settles('c3', { ownValue: false }).broken()).toEqual(['I10']);
});

describe('I5: values are what handlers have returned', () => {
  it('finds a value of a call that has not run, not ended, or failed', () => {
    expect(asked().at(50, 'q').settles('c1').broken()).toEqual(['I5']);
    expect(running().at(50, 'q').settles('c1').broken()).toEqual(['I5']);
    const failed = running().at(30, 'r1').ends('r1/1', true);
    expect(failed.at(50, 'q').settles('c1').broken()).toEqual(['I5']);
  });

  it('lets a call have what another one with its idempotency key has brought about', () => {
    const key = { idempotencyKey: 'k' };
    const both = asked().at(21, 'r1').claims('t1', { key: 'key:requests/act/k' });
    both.runs('r1/1', 'c1', key).at(30).ends('r1/1').at(40, 'q').asks('c2', key);
    expect(both.at(50).settles('c2').broken()).toEqual([]);
    const other = both.at(60).asks('c3', { idempotencyKey: 'other' });
    expect(other.settles('c3').broken()).toEqual(['I5']);
  });
});
