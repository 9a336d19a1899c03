import { isForbiddenKey } from './json-walk.ts';
import { defaultWireLimits, type WireLimits } from './wire-limits.ts';

interface Budget {
  nodes: number;
  chars: number;
}

/**
 * Whether `value` is plain JSON as it stands: what `JSON.parse` would give back equal. False in any
 * doubt, also past the limits; the superjson writer then finds out what it is. The hot path of
 * every call, so it keeps no path and allocates next to nothing: with it, encoding 400 B takes 1.4
 * times `JSON.stringify` alone (1.1 against 0.8 µs, Node 24).
 */
export function isPlainJson(value: unknown, limits: WireLimits = defaultWireLimits): boolean {
  return isPlain(value, limits.maxDepth, { nodes: limits.maxNodes, chars: limits.maxBodyBytes });
}

function isPlain(value: unknown, depth: number, budget: Budget): boolean {
  budget.nodes -= 1;
  if (budget.nodes < 0) return false;
  switch (typeof value) {
    case 'string':
      budget.chars -= value.length;
      return budget.chars >= 0;
    case 'number':
      return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
    case 'boolean':
      return true;
    case 'object':
      return value === null || (depth > 0 && isPlainContainer(value, depth, budget));
    case 'undefined':
    case 'bigint':
    case 'function':
    case 'symbol':
      return false;
  }
}

function isPlainContainer(value: object, depth: number, budget: Budget): boolean {
  if (Array.isArray(value)) return isPlainArray(value, depth, budget);
  return isPlainObject(value) && isPlainRecord(value, depth, budget);
}

function isPlainArray(items: readonly unknown[], depth: number, budget: Budget): boolean {
  // A hole reads as undefined and so is not plain.
  for (let at = 0; at < items.length; at += 1) {
    if (!isPlain(items[at], depth - 1, budget)) return false;
  }
  return true;
}

function isPlainRecord(
  record: Readonly<Record<string, unknown>>,
  depth: number,
  budget: Budget,
): boolean {
  // Half the time of `Object.keys`, which makes an array. It sees inherited names, too, which do not
  // travel: whoever has added one to Object.prototype pays for the look at it.
  for (const key in record) {
    budget.chars -= key.length;
    const isGood = !isForbiddenKey(key) && isPlain(record[key], depth - 1, budget);
    if (!isGood && Object.hasOwn(record, key)) return false;
  }
  return true;
}

/** No prototype, or one that is itself a root: `Object.prototype`, of any realm. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}
