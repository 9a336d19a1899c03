/** Whether `await` would wait for it, which takes a turn: what is not is had at once. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const mayBe = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayBe && typeof Reflect.get(value, 'then') === 'function';
}
