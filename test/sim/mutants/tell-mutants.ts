import type { MutantsResult } from './run-mutants.ts';

/** The result for people. */
export function tellMutants({
  falseAlarms,
  medianEvents,
  mutants,
  seconds,
  unproven,
}: MutantsResult): string {
  const width = Math.max(...mutants.map(({ name }) => name.length));
  const lines = mutants.map(({ by, caught, events, invariant, name, seed }) => {
    const start = `${name.padEnd(width)}  ${invariant.padEnd(4)}`;
    if (!caught) return `${start} SURVIVED`;
    const what = events.length === 0 ? 'nothing at all' : events.join(', ');
    return `${start} seed ${String(seed).padEnd(4)} by ${by.join(', ')}; it takes: ${what}`;
  });
  const alarms = falseAlarms.map(
    ({ by, seed, world }) =>
      `false alarm: seed ${seed} of ${world} violates ${by.join(', ')} without any bug planted`,
  );
  const gaps = unproven.map((invariant) => `${invariant}: none of its mutants was caught by it`);
  const caught = mutants.filter((each) => each.caught).length;
  const sum =
    `${caught} of ${mutants.length} planted bugs caught in ${seconds} s; ` +
    `half of them take ${medianEvents} events or fewer`;
  return [...lines, ...alarms, ...gaps, sum].join('\n');
}
