/** Every set of one to `max` of `items`, small sets first. */
export function* combinations<T>(items: readonly T[], max: number): Generator<readonly T[]> {
  for (let size = 1; size <= max; size += 1) yield* ofSize(items, size, 0);
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
