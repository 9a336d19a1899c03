/** Whose objects can be counted. */
export type Class = abstract new (...args: never[]) => object;

/** How often each name occurs. */
export type Counts = Readonly<Record<string, number>>;

export function counted(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** `name: before → after` of each that differs. */
export function differences(before: Counts, after: Counts): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [was = 0, is = 0] = [before[name], after[name]];
    return was === is ? [] : [`${name}: ${was} → ${is}`];
  });
}

export function added(one: Counts, other: Counts): Counts {
  const sums: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
