import { deepStrictEqual } from 'node:assert/strict';
import type { Failure, FailureKind, Result } from '@replyq/queue';

type Kinded = { readonly kind: 'ok' } | Failure;

export function expectTrue(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export function expectEqual<T>(actual: T, expected: T, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (cause) {
    throw new Error(`${what}: ${show(actual)} instead of ${show(expected)}`, { cause });
  }
}

/** The result, if it is ok. */
export function expectOk<R extends Kinded>(result: R, what: string): Extract<R, { kind: 'ok' }> {
  if (result.kind !== 'ok') throw new Error(`${what} failed: ${result.kind}, ${result.error}`);
  return result as Extract<R, { kind: 'ok' }>;
}

export function expectFailure(result: Kinded, kind: FailureKind, what: string): void {
  expectEqual(result.kind, kind, what);
}

/**
 * The whole call, or each of its entries, is refused as `kind`: services differ in which of the
 * two they do.
 */
export function expectRefusal(
  result: Result<{ readonly entries: readonly Kinded[] }>,
  kind: FailureKind,
  what: string,
): void {
  const outcomes = result.kind === 'ok' ? result.entries : [result];
  for (const outcome of outcomes) expectFailure(outcome, kind, what);
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? `bytes ${Buffer.from(inner).toString('hex')}` : inner,
  );
  const whole = text ?? String(value);
  return whole.length > 400 ? `${whole.slice(0, 400)}…` : whole;
}
