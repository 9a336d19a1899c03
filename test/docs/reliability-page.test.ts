// docs/reliability.md names each promise that an oracle watches over, and each planted bug beside the one it breaks.
import { readFileSync } from 'node:fs';
import { allOracles } from '@replyq/testing';
import { expect, test } from 'vitest';
import { mutants } from '../sim/mutants/mutants.ts';

const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
const rows = new Map(
  page.split('\n').flatMap((line) => {
    const number = /^\| (I\d+) /.exec(line)?.[1];
    return number === undefined ? [] : [[number, line] as const];
  }),
);

/** An invariant may have several oracles: `I8 records`. */
const numberOf = (name: string): string => /^I\d+/.exec(name)?.[0] ?? name;

test.each(Object.keys(allOracles))('the oracle %s has a row', (oracle) => {
  expect(rows.get(numberOf(oracle))).toContain('sim');
});

test.each(mutants.map(({ invariant, name }) => [name, invariant] as const))(
  'the planted bug %s stands in the row of %s',
  (name, invariant) => {
    expect(rows.get(numberOf(invariant))).toContain(`\`${name}\``);
  },
);

test('no row names a planted bug that is not there', () => {
  const named = [...rows.values()].flatMap((row) =>
    [...row.matchAll(/`([a-z]+[A-Z]\w+)`/g)].map(([, name = '']) => name),
  );
  const known = new Set(mutants.map(({ name }) => name));
  const others = named.filter((name) => !known.has(name));
  // Names of the public interface.
  expect([...new Set(others)].toSorted()).toEqual(['drainMs', 'maybeExecuted', 'replyTo']);
});
