import { describe, expect, test } from 'vitest';
import { PollPace, type EndedPoll } from './poll-pace.ts';

const FULL: EndedPoll = { askedMessages: 10, messages: 10, tookMs: 500, waitMs: 20_000, tripMs: 1 };
const WAITED: EndedPoll = { ...FULL, messages: 3 };
const EMPTY: EndedPoll = { ...FULL, messages: 0, tookMs: 20_000 };

/** How many receives are wanted after each of these. */
function pace(...polls: readonly EndedPoll[]): readonly number[] {
  const one = new PollPace();
  return polls.map((poll) => {
    one.ended(poll);
    return one.wanted;
  });
}

function times(count: number, poll: EndedPoll): readonly EndedPoll[] {
  return Array<EndedPoll>(count).fill(poll);
}

test('one receive is wanted to begin with', () => {
  expect(new PollPace().wanted).toBe(1);
});

describe('P1', () => {
  test('each full receive wants one more, up to eight', () => {
    expect(pace(...times(9, FULL))).toEqual([2, 3, 4, 5, 6, 7, 8, 8, 8]);
  });

  test('a receive that lacks one message of what it asked for wants no more', () => {
    expect(pace({ ...FULL, messages: 9 })).toEqual([1]);
    expect(pace({ ...FULL, askedMessages: 9, messages: 9 })).toEqual([2]);
  });
});

describe('P2', () => {
  const atOnce = { ...WAITED, tripMs: 12, tookMs: 18 };

  test('a receive that comes back within one and a half trips wants one more', () => {
    expect(pace(atOnce)).toEqual([2]);
    expect(pace({ ...atOnce, tookMs: 18.1 })).toEqual([1]);
  });

  test('that makes four at most, and leaves those that full receives have made', () => {
    expect(pace(...times(5, atOnce))).toEqual([2, 3, 4, 4, 4]);
    expect(pace(...times(4, FULL), atOnce).at(-1)).toBe(5);
  });

  test('where a trip takes less than 5 ms, how soon a receive comes back does not matter', () => {
    expect(pace({ ...atOnce, tripMs: 5, tookMs: 6 })).toEqual([2]);
    expect(pace({ ...atOnce, tripMs: 4.9, tookMs: 6 })).toEqual([1]);
  });
});

describe('P3', () => {
  const four = times(3, FULL);

  test('an empty receive that has waited wants one again', () => {
    expect(pace(...four, EMPTY).at(-1)).toBe(1);
    expect(pace(...four, { ...EMPTY, tookMs: 10_000 }).at(-1)).toBe(1);
  });

  test('four receives that another one’s message has ended early want one fewer', () => {
    const spare = { ...EMPTY, tookMs: 9999 };
    expect(pace(...four, ...times(3, spare)).at(-1)).toBe(4);
    expect(pace(...four, ...times(4, spare)).at(-1)).toBe(3);
    expect(pace(...four, ...times(3, spare), ...times(4, WAITED)).at(-1)).toBe(3);
  });

  test('sixteen receives in a row that had to wait for their messages want one fewer', () => {
    expect(pace(...four, ...times(15, WAITED)).at(-1)).toBe(4);
    expect(pace(...four, ...times(16, WAITED)).at(-1)).toBe(3);
    expect(pace(...four, ...times(1000, WAITED)).at(-1)).toBe(1);
  });

  test('a full receive in between begins the count anew', () => {
    const polls = [...four, ...times(15, WAITED), FULL, ...times(15, WAITED)];
    expect(pace(...polls).at(-1)).toBe(5);
  });
});

test('a receive that fails wants one again', () => {
  const one = new PollPace();
  for (const poll of times(5, FULL)) one.ended(poll);
  one.failed();
  expect(one.wanted).toBe(1);
});
