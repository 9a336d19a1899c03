import { beforeAll, describe, expect, it } from 'vitest';
import { buildPackages } from './build.ts';
import { misfitsOf } from './misfits.ts';
import { plant, PlantError, type Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { runMutants } from './run-mutants.ts';

const FEW = [
  'maybeExecutedAlwaysFalse',
  'deleteBeforeReply',
  'storedReplyRunsAgain',
  'retryMeansDone',
];
const BUILD_MS = 60_000;

describe('planted bugs', () => {
  beforeAll(buildPackages, BUILD_MS);

  it('fit the build, each in one place', async () => {
    expect(await misfitsOf(mutants)).toEqual([]);
  });

  it('have names of their own', () => {
    const names = mutants.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are caught by the oracle of the invariant that they break', async () => {
    const some = mutants.filter(({ name }) => FEW.includes(name));
    const result = await runMutants(
      { mutants: some, seeds: 8, shrinkMs: 2000, build: false },
      () => {},
    );
    expect(result.mutants.map(({ caught, name }) => ({ caught, name }))).toEqual(
      some.map(({ name }) => ({ caught: true, name })),
    );
    expect(result.unproven).toEqual([]);
    expect(result.ok).toBe(true);
  });
});

describe('plant', () => {
  const mutant: Mutant = {
    name: 'oneForTwo',
    invariant: 'I1',
    file: 'queue/dist/index.js',
    find: 'one',
    replace: '$& two',
    why: '',
  };

  it('puts the words in as they are', () => {
    expect(plant(mutant, 'a one b')).toBe('a $& two b');
  });

  it.each(['a b', 'one, and one more'])(
    'refuses a file that has them not, or twice: %s',
    (source) => {
      expect(() => plant(mutant, source)).toThrow(PlantError);
      expect(() => plant(mutant, source)).toThrow('oneForTwo');
    },
  );
});
