import { expect, it } from 'vitest';
import { billedUnits, dollarsPerMillionCalls } from './billing.ts';

it.each([
  [0, 1],
  [1, 1],
  [65_536, 1],
  [65_537, 2],
  [1_048_576, 16],
])('%d bytes are billed as %d', (bytes, units) => {
  expect(billedUnits(bytes)).toBe(units);
});

it('a million calls of four units cost 1.60 dollars', () => {
  expect(dollarsPerMillionCalls(4)).toBeCloseTo(1.6, 10);
});
