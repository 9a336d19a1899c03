import type { AnnotationType } from './annotation.ts';
import { isRecord } from './strict-json.ts';
import { TYPED_ARRAYS, type TypedArrayKind } from './typed-arrays.ts';
import { malformed, tooLarge, unsupported } from './wire-error.ts';
import type { WireLimits } from './wire-limits.ts';

const WHOLE = /^(?:0|-?[1-9]\d*)$/;
const DATE = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const NUMBERS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity', '-0']);
const DEEP: ReadonlySet<unknown> = new Set(['set', 'map', 'Error']);

export interface ShapeRules {
  readonly limits: WireLimits;
  /** Errors travel in replies only. */
  readonly direction: 'request' | 'reply';
  /** `custom:<name>` for each type that the router's own superjson knows. */
  readonly allowTypes: readonly string[];
  /** Whether `holder[key]` carries an annotation of its own. */
  readonly isAnnotated: (holder: object, key: string) => boolean;
}

/** Whether superjson walks into a value of this type, so that its parts may be annotated, too. */
export function mayHaveChildren(type: AnnotationType): boolean {
  if (typeof type === 'string') return DEEP.has(type);
  if (type[0] === 'custom') return true;
  return type[0] === 'typed-array' && TYPED_ARRAYS.get(type[1])?.whole === false;
}

/**
 * Refuses an annotated JSON value that is not what superjson writes for its type. Nothing is
 * revived and nothing coerced.
 *
 * @throws WireError `malformed`, `tooLarge` or `unsupported`.
 */
export function assertShape(type: AnnotationType, value: unknown, rules: ShapeRules): void {
  if (typeof type !== 'string') return assertNamedShape(type, value, rules);
  switch (type) {
    case 'undefined':
      return must(value === null, type);
    case 'number':
      return must(NUMBERS.has(value), type);
    case 'bigint':
      return assertBigint(value, rules.limits);
    case 'Date':
      return must(typeof value === 'string' && isIsoDate(value), type);
    case 'URL':
      must(typeof value === 'string' && value.length <= rules.limits.maxUrlChars, type);
      return must(URL.canParse(value as string), type);
    case 'set':
      return must(Array.isArray(value), type);
    case 'map':
      return must(Array.isArray(value) && isEntryList(value, rules), type);
    case 'Error':
      return assertError(value, rules.direction);
    case 'regexp':
      throw unsupported('A regexp does not travel.');
    default:
      throw malformed('An annotation of an unknown type.');
  }
}

function assertNamedShape(
  [kind, name]: readonly [string, string],
  value: unknown,
  rules: ShapeRules,
): void {
  if (kind === 'custom' && rules.allowTypes.includes(`custom:${name}`)) return;
  const array = kind === 'typed-array' ? TYPED_ARRAYS.get(name) : undefined;
  if (array === undefined) throw unsupported('An annotation of a type that is not allowed.');
  must(Array.isArray(value), 'typed-array');
  assertElements(array, value as unknown[], rules);
}

function assertElements(
  array: TypedArrayKind,
  items: readonly unknown[],
  { isAnnotated }: ShapeRules,
): void {
  for (const [at, item] of items.entries()) {
    if (typeof item === 'number') {
      const fits = item >= array.min && item <= array.max;
      must(fits && (!array.whole || Number.isInteger(item)), 'typed-array');
    } else {
      // Superjson writes null for what JSON cannot say; we write `number` annotations instead.
      const named = NUMBERS.has(item) && isAnnotated(items, String(at));
      must(!array.whole && (item === null || named), 'typed-array');
    }
  }
}

function assertBigint(value: unknown, { maxBigintDigits }: WireLimits): void {
  if (typeof value !== 'string') throw malformed('A bigint of the wrong shape.');
  if (value.length - (value.startsWith('-') ? 1 : 0) > maxBigintDigits) {
    throw tooLarge(`A bigint of more than ${maxBigintDigits} digits.`);
  }
  must(WHOLE.test(value), 'bigint');
}

/** Whether it names one instant and no other text of the same form names it better (no 30 February). */
function isIsoDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const date = new Date(text);
  const seconds = text.slice(0, text.indexOf('T') + 9);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(seconds);
}

function isEntryList(items: readonly unknown[], { isAnnotated }: ShapeRules): boolean {
  return items.every(
    (item, at) => Array.isArray(item) && item.length === 2 && !isAnnotated(items, String(at)),
  );
}

function assertError(value: unknown, direction: 'request' | 'reply'): void {
  if (direction === 'request') throw unsupported('An Error does not travel in a request.');
  must(isRecord(value), 'Error');
  const error = value as Record<string, unknown>;
  must(Object.hasOwn(error, 'name') && typeof error['name'] === 'string', 'Error');
  must(Object.hasOwn(error, 'message') && typeof error['message'] === 'string', 'Error');
}

function must(holds: boolean, type: string): void {
  if (!holds) throw malformed(`A ${type} of the wrong shape.`);
}
