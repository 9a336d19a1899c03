/** Every set of one to `max` of `items` that fits, small sets first. */
export function* combinations<T>(
  items: readonly T[],
  max: number,
  fits: (set: readonly T[]) => boolean = () => true,
): Generator<readonly T[]> {
  for (let size = 1; size <= max; size += 1)
    for (const set of ofSize(items, size, 0)) if (fits(set)) yield set;
}

function* ofSize<T>(items: readonly T[], size: number, from: number): Generator<readonly T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = from; index <= items.length - size; index += 1) {
    const item = items[index] as T;
    for (const rest of ofSize(items, size - 1, index + 1)) yield [item, ...rest];
  }
}
