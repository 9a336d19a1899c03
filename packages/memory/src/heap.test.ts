import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from './heap.ts';

function heapOf(items: readonly number[]): Heap<number> {
  const heap = new Heap<number>((a, b) => a < b);
  for (const item of items) heap.push(item);
  return heap;
}

function drained(heap: Heap<number>): number[] {
  const items: number[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) items.push(item);
  return items;
}

it('gives out what was put in, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = heapOf(items);
      expect(heap.size).toBe(items.length);
      expect(heap.peek()).toBe(items.length === 0 ? undefined : Math.min(...items));
      expect(drained(heap)).toEqual(items.toSorted((a, b) => a - b));
      expect(heap.size).toBe(0);
    }),
  );
});

it('stays in order while it is filled and emptied by turns', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer())), (steps) => {
      const heap = heapOf([]);
      const model: number[] = [];
      const popped = { heap: [] as unknown[], model: [] as unknown[] };
      for (const step of steps) {
        if (step === null) {
          popped.heap.push(heap.pop());
          popped.model.push(model.shift());
        } else {
          heap.push(step);
          model.push(step);
          model.sort((a, b) => a - b);
        }
      }
      expect(popped.heap).toEqual(popped.model);
    }),
  );
});

it('keeps what it is told to keep, in order', () => {
  const heap = heapOf([5, 2, 8, 1, 9, 4]);
  heap.retain((item) => item % 2 === 0);
  expect(drained(heap)).toEqual([2, 4, 8]);
});
