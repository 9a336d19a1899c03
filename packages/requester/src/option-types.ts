import { RpcError, type RpcErrorOptions } from '@replyq/contract';

/** Options that callers without types may give anything for. */
interface AnyOptions {
  readonly delayMs?: unknown;
  readonly timeoutMs?: unknown;
  readonly signal?: unknown;
}

type About = Pick<RpcErrorOptions, 'procedure' | 'queue'>;

/**
 * Throws an `RpcError` BAD_REQUEST where an option is of another type than its own: a text of digits passes as a
 * number where it is compared, and not where it is added.
 */
export function assertOptionTypes(options: unknown, about: About): void {
  if (typeof options !== 'object' || options === null) {
    throw refused(about, `The options are ${kindOf(options)}: expected an object.`);
  }
  const { delayMs, signal, timeoutMs } = options as AnyOptions;
  assertNumber('delayMs', delayMs, about);
  assertNumber('timeoutMs', timeoutMs, about);
  if (signal !== undefined && !isSignal(signal)) {
    throw refused(about, `signal is ${kindOf(signal)}: expected an AbortSignal.`);
  }
}

/** Throws likewise where they are not tasks, each with its own options. */
export function assertTaskList(tasks: unknown, about: About): void {
  if (!Array.isArray(tasks)) {
    throw refused(about, `The tasks are ${kindOf(tasks)}: expected an array.`);
  }
  // Not `forEach`, which leaves out what was never set.
  for (const [at, task] of tasks.entries()) {
    if (typeof task === 'object' && task !== null) continue;
    throw refused(about, `Task ${at} is ${kindOf(task)}: expected an object with its input.`);
  }
}

function assertNumber(name: string, value: unknown, about: About): void {
  if (value === undefined || value === null || typeof value === 'number') return;
  throw refused(about, `${name} is ${kindOf(value)}: expected a number.`);
}

/** Other implementations than the platform's will do. */
function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return typeof addEventListener === 'function' && typeof removeEventListener === 'function';
}

/** What a value is, for those who expected something else. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return value === undefined ? 'undefined' : `of type ${typeof value}`;
}

function refused(about: About, message: string): RpcError {
  return new RpcError({ code: 'BAD_REQUEST', ...about, message });
}
