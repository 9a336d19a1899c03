import { expect, test } from 'vitest';
import { planErrand } from './errand-plan.ts';

const all = (producer: string) =>
  Array.from({ length: 2000 }, (_, number) => planErrand(1, producer, number));

test('a number is always the same task, so that the next life of a producer goes on with it', () => {
  expect(all('producer-0')).toEqual(all('producer-0'));
});

test('producers share some, and have no other in common', () => {
  const [mine, yours] = [all('producer-0'), all('producer-1')];
  const nonces = new Set(yours.map(({ nonce }) => nonce));
  const common = mine.filter(({ nonce }) => nonces.has(nonce));
  expect(common).toEqual(mine.filter(({ shared }) => shared));
  expect(common).toHaveLength(100);
});

test('each kind of task is among them', () => {
  const [mine] = [all('producer-0')];
  expect(mine.some(({ procedure }) => procedure === 'doomed')).toBe(true);
  expect(mine.some(({ delayMs }) => delayMs === 3000)).toBe(true);
  expect(mine.some(({ failures }) => failures > 0)).toBe(true);
  expect(mine.some(({ workMs }) => workMs > 3000)).toBe(true);
  expect(mine.some(({ procedure, shared }) => shared && procedure === 'doomed')).toBe(false);
});
