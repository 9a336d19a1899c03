// A small fixed share of `npm run sim -- --sweeps`: what becomes of the reply queues of requesters that die.
import { expect, test } from 'vitest';
import { judgeSeed } from './judge-seed.ts';
import { parseOptions, UsageError } from './options.ts';
import { runSweepSeed } from './run-sweep-seed.ts';
import { regressionSeeds } from './seeds-mode.ts';

const SEEDS = 12;

test.each([...regressionSeeds('sweeps'), ...Array.from({ length: SEEDS }, (_, nth) => nth + 1)])(
  'seed %d violates nothing',
  async (seed) => {
    expect((await judgeSeed({ world: 'sweeps', seed })).violations).toEqual([]);
  },
);

test('requesters die in them, and others delete what they leave', async () => {
  const swept: string[] = [];
  for (let seed = 1; seed <= 3; seed += 1) {
    const { facts } = await runSweepSeed({ seed });
    const makers = new Map(
      facts.flatMap((fact) =>
        fact.kind === 'queueCreated' ? [[fact.queue, fact.process] as const] : [],
      ),
    );
    const dead = new Set(facts.flatMap(({ kind, process }) => (kind === 'crashed' ? process : [])));
    for (const fact of facts) {
      if (fact.kind === 'queueDeleted' && dead.has(makers.get(fact.queue) ?? ''))
        swept.push(fact.queue);
    }
  }
  expect(swept.length).toBeGreaterThan(2);
});

test('options: a world of its own', () => {
  expect(parseOptions(['--sweeps'])).toMatchObject({ world: 'sweeps', seeds: 1000 });
  expect(() => parseOptions(['--sweeps', '--tasks'])).toThrow(UsageError);
  expect(() => parseOptions(['--sweeps', '--enumerate'])).toThrow(UsageError);
});
