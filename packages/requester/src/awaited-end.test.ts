import { expect, test } from 'vitest';
import { AwaitedEnd } from './awaited-end.ts';

const RESULT = { kind: 'result', value: 7 } as const;

test('all who look are told once, and who comes later at once', () => {
  const end = new AwaitedEnd();
  const told: string[] = [];
  end.look(({ kind }) => told.push(`a ${kind}`));
  end.look(({ kind }) => told.push(`b ${kind}`));
  expect(end.end).toBeUndefined();
  end.settle(RESULT);
  end.look(({ kind }) => told.push(`c ${kind}`));
  expect(told).toEqual(['a result', 'b result', 'c result']);
  expect(end.end).toBe(RESULT);
});

test('who has looked away is not told', () => {
  const end = new AwaitedEnd();
  const told: unknown[] = [];
  const lookAway = end.look((at) => told.push(at));
  lookAway();
  end.settle(RESULT);
  lookAway();
  expect(told).toEqual([]);
});
