import type { Annotation, AnnotationType } from './annotation.ts';
import { TYPED_ARRAYS } from './typed-arrays.ts';
import { unsupported } from './wire-error.ts';

/** Puts what was annotated in its place. `annotations` were checked and come innermost first. */
export function reviveAnnotations(annotations: readonly Annotation[]): void {
  for (const { holder, key, type } of annotations) holder[key] = revive(type, holder[key]);
}

// The casts repeat what the grammar has checked (superjson-shape.ts).
function revive(type: AnnotationType, value: unknown): unknown {
  if (typeof type !== 'string') return reviveTypedArray(type, value as readonly unknown[]);
  switch (type) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(value);
    case 'bigint':
      return BigInt(value as string);
    case 'Date':
      return new Date(value as string);
    case 'URL':
      return new URL(value as string);
    case 'set':
      return new Set(value as readonly unknown[]);
    case 'map':
      return new Map(value as readonly (readonly [unknown, unknown])[]);
    case 'Error':
      return reviveError(value as { readonly name: string; readonly message: string });
    default:
      throw unsupported('An annotation of a type that is not allowed.');
  }
}

function reviveTypedArray([kind, name]: readonly [string, string], items: readonly unknown[]) {
  const array = kind === 'typed-array' ? TYPED_ARRAYS.get(name) : undefined;
  if (array === undefined) throw unsupported(`Types of kind ${kind} are the router's to revive.`);
  return array.from(items.map((item) => (typeof item === 'number' ? item : Number.NaN)));
}

/** A fresh Error with the peer's name and message, and a stack that is neither side's. */
function reviveError(value: { readonly name: string; readonly message: string }): Error {
  const options = Object.hasOwn(value, 'cause')
    ? { cause: (value as { cause?: unknown }).cause }
    : undefined;
  const error = new Error(value.message, options);
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(error, 'name', { ...hidden, value: value.name });
  Object.defineProperty(error, 'stack', { ...hidden, value: `${value.name}: ${value.message}` });
  return error;
}
