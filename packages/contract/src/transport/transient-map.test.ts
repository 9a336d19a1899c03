import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TransientMap, TransientSet } from './transient-map.ts';

type Step = readonly [kind: 'set' | 'delete', key: number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('set' as const, 'delete' as const),
  fc.nat({ max: 40 }),
);

describe('a TransientMap', () => {
  test('holds what a Map holds, in the same order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const map = new TransientMap<number, number>();
        const model = new Map<number, number>();
        for (const [at, [kind, key]] of steps.entries()) {
          if (kind === 'set') {
            map.set(key, at);
            model.set(key, at);
          } else {
            expect(map.delete(key)).toBe(model.delete(key));
          }
          expect([map.size, map.has(key), map.get(key)]).toEqual([
            model.size,
            model.has(key),
            model.get(key),
          ]);
        }
        expect([...map.keys()]).toEqual([...model.keys()]);
        expect([...map.values()]).toEqual([...model.values()]);
      }),
    );
  });

  test('is walked as it was, without what leaves on the way', () => {
    const map = new TransientMap<number, string>();
    for (let key = 0; key < 300; key += 1) map.set(key, `value ${key}`);
    const seen: string[] = [];
    for (const value of map.values()) {
      seen.push(value);
      map.set(1000 + seen.length, 'came later');
      // So many that it moves.
      for (let key = 1; key < 299; key += 1) map.delete(key);
    }
    expect(seen).toEqual(['value 0', 'value 299']);
  });

  test('shows what a key has come to meanwhile', () => {
    const map = new TransientMap<string, string>();
    map.set('a', 'first');
    map.set('b', 'old');
    const seen: string[] = [];
    for (const value of map.values()) {
      seen.push(value);
      map.delete('b');
      map.set('b', 'new');
    }
    expect(seen).toEqual(['first', 'new']);
  });

  test('is empty once it was cleared', () => {
    const map = new TransientMap<string, number>();
    map.set('a', 1);
    map.clear();
    expect([map.size, map.get('a'), [...map.values()]]).toEqual([0, undefined, []]);
  });
});

test('a TransientSet has each member once', () => {
  const set = new TransientSet<string>();
  for (const member of ['a', 'b', 'a']) set.add(member);
  expect([...set]).toEqual(['a', 'b']);
  expect([set.delete('a'), set.delete('a'), set.has('a'), set.size]).toEqual([
    true,
    false,
    false,
    1,
  ]);
});
