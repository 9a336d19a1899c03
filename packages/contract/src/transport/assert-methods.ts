import { RpcError } from '../error/rpc-error.ts';

/**
 * For who writes JavaScript: throws an `RpcError` BAD_REQUEST that names the first of `methods` that `value` does not
 * have. What they do is for others to find out.
 */
export function assertMethods(
  name: string,
  value: unknown,
  methods: readonly string[],
  expected: string,
): void {
  const isThere = (typeof value === 'object' && value !== null) || typeof value === 'function';
  const missing = methods.find(
    (method) => !isThere || typeof Reflect.get(value, method) !== 'function',
  );
  if (missing === undefined) return;
  const message = `${name} has no ${missing}: expected ${expected}.`;
  throw new RpcError({ code: 'BAD_REQUEST', message });
}
