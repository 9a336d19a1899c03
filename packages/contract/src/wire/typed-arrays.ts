export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export interface TypedArrayKind {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  from(items: readonly number[]): TypedArray;
}

/** Those that superjson knows. BigInt64Array, Float16Array, DataView and ArrayBuffer do not travel. */
export const TYPED_ARRAYS: ReadonlyMap<string, TypedArrayKind> = new Map<string, TypedArrayKind>([
  ['Int8Array', whole(-(2 ** 7), 2 ** 7 - 1, (items) => Int8Array.from(items))],
  ['Uint8Array', whole(0, 2 ** 8 - 1, (items) => Uint8Array.from(items))],
  ['Uint8ClampedArray', whole(0, 2 ** 8 - 1, (items) => Uint8ClampedArray.from(items))],
  ['Int16Array', whole(-(2 ** 15), 2 ** 15 - 1, (items) => Int16Array.from(items))],
  ['Uint16Array', whole(0, 2 ** 16 - 1, (items) => Uint16Array.from(items))],
  ['Int32Array', whole(-(2 ** 31), 2 ** 31 - 1, (items) => Int32Array.from(items))],
  ['Uint32Array', whole(0, 2 ** 32 - 1, (items) => Uint32Array.from(items))],
  ['Float32Array', real((items) => Float32Array.from(items))],
  ['Float64Array', real((items) => Float64Array.from(items))],
]);

/** The kind's name, also for a subclass such as Buffer; undefined if it is none of the nine. */
export function typedArrayName(view: ArrayBufferView): string | undefined {
  const tag: unknown = Reflect.get(view, Symbol.toStringTag);
  return typeof tag === 'string' && TYPED_ARRAYS.has(tag) ? tag : undefined;
}

function whole(min: number, max: number, from: TypedArrayKind['from']): TypedArrayKind {
  return { min, max, whole: true, from };
}

function real(from: TypedArrayKind['from']): TypedArrayKind {
  return { min: -Infinity, max: Infinity, whole: false, from };
}
