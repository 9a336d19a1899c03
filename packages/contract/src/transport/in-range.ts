import { RpcError } from '../error/rpc-error.ts';

/** Returns `value`; throws an `RpcError` BAD_REQUEST with its name, the value and both bounds. */
export function inRange(name: string, value: number, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw refused(name, value, `${least} to ${most}`);
}

/** Like {@link inRange}, for counts. */
export function integerInRange(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw refused(name, value, `an integer from ${least} to ${most}`);
}

function refused(name: string, value: unknown, expected: string): RpcError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  const message = `${name} is ${shown}: expected ${expected}.`;
  return new RpcError({ code: 'BAD_REQUEST', message });
}
