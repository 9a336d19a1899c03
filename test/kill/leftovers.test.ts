import { expect, test } from 'vitest';
import type { Past } from './crew.ts';
import { sortQueues, type Ownership } from './leftovers.ts';

const closed: Past = {
  name: 'requester-0.0',
  role: 'requester',
  ending: { kind: 'closed', toldMs: 1000, endedMs: 2000 },
};

function ownership(past: readonly Past[], more: Partial<Ownership> = {}): Ownership {
  const line = { atMs: 0, event: 'requester', clientId: 'abc' } as const;
  return { ledgers: new Map([['requester-0.0', [line]]]), past, disturbances: [], ...more };
}

test('a killed requester orphans its queue', () => {
  const killed: Past = { ...closed, ending: { kind: 'killed' } };
  expect(sortQueues(['__abc-0'], ownership([killed]))).toEqual({
    queues: [],
    orphanedQueues: ['__abc-0'],
  });
});

test('one that was closed has deleted it, unless something was wrong just then', () => {
  const during = { kind: 'cut', startMs: 1900, endMs: 2500 };
  const after = { kind: 'cut', startMs: 2100, endMs: 2500 };
  const left = { queues: ['__abc-0'], orphanedQueues: [] };
  expect(sortQueues(['__abc-0'], ownership([closed]))).toEqual(left);
  expect(sortQueues(['__abc-0'], ownership([closed], { disturbances: [after] }))).toEqual(left);
  expect(sortQueues(['__abc-0'], ownership([closed], { disturbances: [during] }))).toEqual({
    queues: [],
    orphanedQueues: ['__abc-0'],
  });
});

test('a queue of nobody is left', () => {
  expect(sortQueues(['__xyz-0'], ownership([closed])).queues).toEqual(['__xyz-0']);
});
