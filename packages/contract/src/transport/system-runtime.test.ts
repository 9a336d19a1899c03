import { urlAlphabet } from 'nanoid';
import { describe, expect, test, vi } from 'vitest';
import { mixInstant, systemRuntime } from './system-runtime.ts';

describe('F41: an id', () => {
  test('is another one at another instant, also where the same randomness was drawn ahead', () => {
    const drawn = 'abcdefghijklmnopqrstuv';
    // A tenth of a microsecond, a millisecond and a minute apart.
    const ids = [5000, 5000.0001, 5001, 65_001.5].map((nowMs) => mixInstant(drawn, nowMs));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => id.startsWith(drawn.slice(0, 17)))).toBe(true);
  });

  test('is of the instant at which it is made', () => {
    const clock = vi.spyOn(performance, 'now');
    systemRuntime.createId(22);
    expect(clock).toHaveBeenCalledTimes(1);
    clock.mockRestore();
  });

  test.each([0, 1, 5, 6, 16, 22, 128])('has the length that was asked for (%d)', (length) => {
    expect(systemRuntime.createId(length)).toMatch(new RegExp(`^[A-Za-z0-9_-]{${length}}$`));
  });

  test('has each character at each place about as often as any other', () => {
    const counts = Array.from({ length: 6 }, () => new Map<string, number>());
    for (let nth = 0; nth < 6400; nth += 1) {
      for (const [place, character] of systemRuntime.createId(6).split('').entries())
        counts[place]?.set(character, (counts[place].get(character) ?? 0) + 1);
    }
    for (const count of counts) {
      expect([...count.keys()].toSorted()).toEqual(urlAlphabet.split('').toSorted());
      // A hundred of each: twice as many is ten standard deviations off.
      expect(Math.max(...count.values())).toBeLessThan(200);
    }
  });
});
