import {
  escapePathKey,
  type AnnotationNode,
  type AnnotationRecord,
  type AnnotationType,
} from './annotation.ts';
import { formatValuePath } from './value-path.ts';
import { isForbiddenKey } from './json-walk.ts';
import { isPlainObject } from './plain-json.ts';
import { typedArrayName, type TypedArray } from './typed-arrays.ts';
import { tooLarge, unsupported, type WireError } from './wire-error.ts';
import type { WireLimits } from './wire-limits.ts';

export interface Superjson {
  readonly json: unknown;
  readonly meta?: { readonly values: unknown; readonly v: 1 };
}

/**
 * What superjson itself writes for `value`, without `referentialEqualities`: shared values are
 * written out in full. Errors lose their stack.
 *
 * @throws WireError that names the path of a function, symbol, class instance, cycle, hole,
 *   forbidden key or invalid date, or says which limit the value passes.
 */
export function writeSuperjson(value: unknown, limits: WireLimits): Superjson {
  const writer = new SuperjsonWriter(limits);
  const record: AnnotationRecord = {};
  const json = writer.write(value, record, 0);
  const values = writer.root ?? (isEmpty(record) ? undefined : record);
  return values === undefined ? { json } : { json, meta: { values, v: 1 } };
}

/**
 * Where the nearest annotated value above stands: how many steps of the path lead to it. Paths begin
 * there. They are put together for annotated values only, which are few.
 */
type Base = number;

class SuperjsonWriter {
  /** The annotation of the value itself, if it has one. */
  root: AnnotationNode | undefined;
  readonly #limits: WireLimits;
  readonly #path: (string | number)[] = [];
  readonly #open: object[] = [];
  #nodes = 0;
  #chars = 0;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  write(value: unknown, into: AnnotationRecord, base: Base): unknown {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.maxNodes) throw this.#tooMuch('values', 'maxNodes');
    switch (typeof value) {
      case 'string':
        return this.#count(value);
      case 'boolean':
        return value;
      case 'number':
        return this.#number(value, into, base);
      case 'undefined':
        return this.#leaf('undefined', null, into, base);
      case 'bigint':
        return this.#leaf('bigint', this.#bigint(value), into, base);
      case 'object':
        return value === null ? null : this.#object(value, into, base);
      case 'function':
      case 'symbol':
        throw this.#refused(`a ${typeof value}`);
    }
  }

  #number(value: number, into: AnnotationRecord, base: Base): unknown {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return this.#leaf('number', Object.is(value, -0) ? '-0' : String(value), into, base);
  }

  #object(value: object, into: AnnotationRecord, base: Base): unknown {
    if (value instanceof Date) {
      if (Number.isNaN(value.valueOf())) throw this.#refused('an invalid Date');
      return this.#leaf('Date', value.toISOString(), into, base);
    }
    if (value instanceof URL) return this.#leaf('URL', this.#url(value), into, base);
    if (this.#open.includes(value)) throw this.#refused('a cycle');
    if (this.#open.length >= this.#limits.maxDepth) throw this.#tooMuch('levels', 'maxDepth');
    this.#open.push(value);
    const json = this.#container(value, into, base);
    this.#open.pop();
    return json;
  }

  #container(value: object, into: AnnotationRecord, base: Base): unknown {
    if (Array.isArray(value)) return this.#items(value, into, base);
    if (value instanceof Map) return this.#deep('map', [...value.entries()], into, base);
    if (value instanceof Set) return this.#deep('set', [...value], into, base);
    if (value instanceof Error) return this.#deep('Error', this.#error(value), into, base);
    if (ArrayBuffer.isView(value)) {
      const name = typedArrayName(value);
      if (name === undefined) throw this.#refused('a view of bytes that superjson does not know');
      return this.#deep(['typed-array', name], [...(value as TypedArray)], into, base);
    }
    if (!isPlainObject(value)) throw this.#refused('an instance of a class');
    return this.#record(value, into, base);
  }

  #deep(type: AnnotationType, parts: object, into: AnnotationRecord, base: Base): unknown {
    const children: AnnotationRecord = {};
    const json = Array.isArray(parts)
      ? this.#items(parts, children, this.#path.length)
      : this.#record(parts as Record<string, unknown>, children, this.#path.length);
    this.#annotate(isEmpty(children) ? [type] : [type, children], into, base);
    return json;
  }

  #items(items: readonly unknown[], into: AnnotationRecord, base: Base): unknown[] {
    const json: unknown[] = [];
    for (let index = 0; index < items.length; index += 1) {
      this.#path.push(index);
      if (!Object.hasOwn(items, index)) throw this.#refused('a hole in an array');
      json.push(this.write(items[index], into, base));
      this.#path.pop();
    }
    return json;
  }

  #record(record: Readonly<Record<string, unknown>>, into: AnnotationRecord, base: Base): unknown {
    const json: Record<string, unknown> = {};
    for (const key of Object.keys(record)) {
      this.#path.push(key);
      if (isForbiddenKey(key)) throw this.#refused('a property of this name');
      json[this.#count(key)] = this.write(record[key], into, base);
      this.#path.pop();
    }
    return json;
  }

  #leaf(type: AnnotationType, json: unknown, into: AnnotationRecord, base: Base): unknown {
    this.#annotate([type], into, base);
    return json;
  }

  #annotate(node: AnnotationNode, into: AnnotationRecord, base: Base): void {
    if (this.#path.length === 0) this.root = node;
    else into[this.#path.slice(base).map(formatStep).join('.')] = node;
  }

  #error(error: Error): Record<string, unknown> {
    const name: unknown = error.name;
    const message: unknown = error.message;
    const parts: Record<string, unknown> = {
      name: typeof name === 'string' ? name : 'Error',
      message: typeof message === 'string' ? message : '',
    };
    return 'cause' in error ? { ...parts, cause: error.cause } : parts;
  }

  #bigint(value: bigint): string {
    const text = value.toString();
    if (text.length - (value < 0n ? 1 : 0) > this.#limits.maxBigintDigits) {
      throw this.#tooMuch('digits', 'maxBigintDigits');
    }
    return text;
  }

  #url(value: URL): string {
    if (value.href.length > this.#limits.maxUrlChars) {
      throw this.#tooMuch('characters', 'maxUrlChars');
    }
    return value.href;
  }

  #count(text: string): string {
    this.#chars += text.length;
    if (this.#chars > this.#limits.maxBodyBytes) throw this.#tooMuch('characters', 'maxBodyBytes');
    return text;
  }

  #refused(what: string): WireError {
    return unsupported(`Cannot send ${what}${this.#where()}.`);
  }

  #tooMuch(what: string, limit: keyof WireLimits): WireError {
    return tooLarge(`Cannot send more than ${this.#limits[limit]} ${what}${this.#where()}.`);
  }

  #where(): string {
    return this.#path === undefined ? '' : ` (at ${formatValuePath(this.#path)})`;
  }
}

function formatStep(step: string | number): string {
  return typeof step === 'number' ? String(step) : escapePathKey(step);
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
