import { expect, it } from 'vitest';
import { matchBatch, type BatchAnswer } from './batch.ts';

interface Success {
  readonly Id: string | undefined;
}

const kinds = (count: number, answer: BatchAnswer<Success>): string[] =>
  matchBatch(count, answer, () => ({ kind: 'ok' as const })).map(({ kind }) => kind);
const refused = (Id: string): { Id: string; Code: string; SenderFault: boolean } => ({
  Id,
  Code: 'InvalidMessageContents',
  SenderFault: true,
});

it('finds each entry by its Id, in whatever order the answer names them', () => {
  const answer = { Successful: [{ Id: '2' }, { Id: '0' }], Failed: [refused('1')] };
  expect(kinds(3, answer)).toEqual(['ok', 'invalid', 'ok']);
});

it('calls an entry unknown that the answer leaves out', () => {
  expect(kinds(2, { Successful: [{ Id: '1' }] })).toEqual(['unknown', 'ok']);
  expect(kinds(2, {})).toEqual(['unknown', 'unknown']);
});

it('calls an entry unknown that the answer repeats, even three times', () => {
  const twice = { Successful: [{ Id: '0' }, { Id: '0' }, { Id: '1' }] };
  expect(kinds(2, twice)).toEqual(['unknown', 'ok']);
  const thrice = { Successful: [{ Id: '0' }, { Id: '0' }, { Id: '0' }] };
  expect(kinds(1, thrice)).toEqual(['unknown']);
});

it('calls an entry unknown that stands in both lists', () => {
  expect(kinds(1, { Successful: [{ Id: '0' }], Failed: [refused('0')] })).toEqual(['unknown']);
});

it.each(['2', '-1', '', ' 0', '00', '0.0', '1e0', 'x', '__proto__', undefined])(
  'ignores the Id %j, which it never gave',
  (Id) => {
    expect(kinds(2, { Successful: [{ Id }] })).toEqual(['unknown', 'unknown']);
  },
);
