/** Whose objects can be counted. */
export type Class = abstract new (...args: never[]) => object;

/** How often each name occurs. */
export type Counts = Readonly<Record<string, number>>;

export function counted(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** `name: before → after` of each of which there are more. Fewer are what something earlier has let go late. */
export function increases(before: Counts, after: Counts): readonly string[] {
  return Object.entries(after).flatMap(([name, is]) => {
    const was = before[name] ?? 0;
    return is <= was ? [] : [`${name}: ${was} → ${is}`];
  });
}

export function added(one: Counts, other: Counts): Counts {
  const sums: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
