// A small fixed share of `npm run sim`, and that the simulator keeps its word.
import { describe, expect, test } from 'vitest';
import { combinations } from './combinations.ts';
import { enumerate } from './enumerate-mode.ts';
import { judgeSeed } from './judge-seed.ts';
import { parseOptions, UsageError } from './options.ts';
import { runSeed } from './run-seed.ts';
import { regressionSeeds } from './seeds-mode.ts';

const FIRST_SEED = 1;
const SEEDS = 60;
const silent = (): void => undefined;

describe('a seed', () => {
  test.each(regressionSeeds('calls'))(
    '%d, which has failed once, violates nothing',
    async (seed) => {
      expect((await judgeSeed({ world: 'calls', seed })).violations).toEqual([]);
    },
  );

  test(`of the first ${SEEDS} violates nothing`, async () => {
    const broken: unknown[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      const { violations } = await judgeSeed({ world: 'calls', seed });
      if (violations.length > 0) broken.push({ seed, violations });
    }
    expect(broken).toEqual([]);
  });

  test('goes the same way each time, and another goes another way', async () => {
    const traces = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const [once, again] = [await runSeed({ seed }), await runSeed({ seed })];
      expect(again.traceHash()).toBe(once.traceHash());
      traces.add(once.traceHash());
    }
    expect(traces.size).toBe(20);
  });

  test('without some of its faults has the others where they were', async () => {
    const whole = await runSeed({ seed: 5 });
    const faults = whole.atoms.filter((atom) => /^(?:lostAnswer|throttled|slowBack)@/.test(atom));
    const without = await runSeed({ seed: 5, muted: new Set(faults) });
    expect(faults.length).toBeGreaterThan(0);
    expect(without.atoms.filter((atom) => faults.includes(atom))).toEqual([]);
    expect(whole.atoms.filter((atom) => atom.startsWith('call@'))).toEqual(
      without.atoms.filter((atom) => atom.startsWith('call@')),
    );
  });
});

test('any one fault, on one call and on two, violates nothing', async () => {
  const { runs, scenarios } = await enumerate({ maxFaults: 1, workers: 1, progress: silent });
  expect(scenarios.flatMap(({ failures }) => failures)).toEqual([]);
  expect(runs).toBeGreaterThan(100);
});

test('combinations are all the sets, each once, small ones first', () => {
  expect([...combinations(['a', 'b', 'c'], 2)].map((set) => set.join(''))).toEqual([
    'a',
    'b',
    'c',
    'ab',
    'ac',
    'bc',
  ]);
});

test('combinations leave out what does not fit', () => {
  const pairs = combinations(['a', 'b', 'c'], 2, (set) => !set.includes('b') || set.length === 1);
  expect([...pairs].map((set) => set.join(''))).toEqual(['a', 'b', 'c', 'ac']);
});

describe('options', () => {
  test('have defaults', () => {
    expect(parseOptions([])).toMatchObject({ world: 'calls', mode: 'seeds', seed: 1, seeds: 1000 });
    expect(parseOptions(['--seed', '7'])).toMatchObject({ seed: 7, seeds: 1 });
    expect(parseOptions(['--tasks'])).toMatchObject({ world: 'tasks', seeds: 1000 });
    expect(parseOptions(['--help'])).toBe('help');
  });

  test.each([
    ['--seeds', '0'],
    ['--seeds', 'many'],
    ['--minutes', '-1'],
    ['--workers', '1.5'],
    ['--faults', '0'],
    ['--mutants', '--enumerate'],
    ['--tasks', '--enumerate'],
    ['--nonsense', ''],
  ])('%s %s is refused', (...args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
  });
});
