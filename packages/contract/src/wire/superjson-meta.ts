import { parseAnnotationPath, type Annotation, type AnnotationType } from './annotation.ts';
import { formatValuePath } from './value-path.ts';
import { isForbiddenKey } from './json-walk.ts';
import { isRecord } from './strict-json.ts';
import { assertShape, mayHaveChildren, type ShapeRules } from './superjson-shape.ts';
import { malformed, tooLarge } from './wire-error.ts';
import type { WireLimits } from './wire-limits.ts';

const INDEX = /^(?:0|[1-9]\d{0,9})$/;

export interface MetaRules {
  readonly limits: WireLimits;
  readonly direction: 'request' | 'reply';
  readonly allowTypes?: readonly string[];
}

/**
 * Reads superjson's `meta` by a strict grammar: `v: 1`, types that travel, paths through own
 * properties and canonical indexes, each value annotated once and of its type's shape.
 * `referentialEqualities` is not looked at. `holder.json` is the value.
 *
 * The annotations come innermost first, so that reviving them in order never walks a revived value.
 * Recursion is bounded: the text's depth was checked before.
 *
 * @throws WireError
 */
export function readAnnotations(
  holder: { json: unknown },
  meta: unknown,
  rules: MetaRules,
): readonly Annotation[] {
  if (meta === undefined) return [];
  if (!isRecord(meta)) throw malformed('meta is not an object.');
  for (const key of Object.keys(meta)) {
    if (key !== 'values' && key !== 'v' && key !== 'referentialEqualities') {
      throw malformed(`meta has the unknown key ${formatValuePath([key])}.`);
    }
  }
  if (meta['v'] !== 1) throw malformed('meta.v is not 1.');
  const reader = new AnnotationReader(rules);
  const { values } = meta;
  if (values === undefined) return [];
  if (Array.isArray(values)) reader.readNode(holder, 'json', values);
  else if (isRecord(values)) reader.readRecord(holder.json, values);
  else throw malformed('meta.values is neither an array nor an object.');
  return reader.found;
}

type Mark = 'annotated' | 'passed';

class AnnotationReader {
  readonly found: Annotation[] = [];
  readonly #shape: ShapeRules;
  /** By the object that holds them: which of its values are annotated, or on the way to one. */
  readonly #marks = new Map<object, Map<string, Mark>>();
  #count = 0;

  constructor({ limits, direction, allowTypes = [] }: MetaRules) {
    const isAnnotated = (holder: object, key: string): boolean =>
      this.#marks.get(holder)?.get(key) === 'annotated';
    this.#shape = { limits, direction, allowTypes, isAnnotated };
  }

  readRecord(root: unknown, record: Readonly<Record<string, unknown>>): void {
    for (const [path, node] of Object.entries(record)) {
      const keys = parseAnnotationPath(path);
      const last = keys?.pop();
      if (keys === undefined || last === undefined) throw badPath(path);
      let holder = root;
      for (const key of keys) {
        const parent = own(holder, key, path);
        this.#mark(parent, key, 'passed', path);
        holder = parent[key];
      }
      const parent = own(holder, last, path);
      this.#mark(parent, last, 'annotated', path);
      this.readNode(parent, last, node);
    }
  }

  readNode(holder: object, key: string, node: unknown): void {
    const { maxAnnotations } = this.#shape.limits;
    this.#count += 1;
    if (this.#count > maxAnnotations) throw tooLarge(`More than ${maxAnnotations} annotations.`);
    if (!Array.isArray(node) || node.length < 1 || node.length > 2) {
      throw malformed('An annotation is not an array of a type and its children.');
    }
    const [type, children] = node as readonly unknown[];
    if (!isType(type)) throw malformed('An annotation without a type.');
    const place = holder as Record<string | number, unknown>;
    if (node.length === 2) {
      if (!isRecord(children) || !mayHaveChildren(type)) {
        throw malformed('An annotation with children that it cannot have.');
      }
      this.readRecord(place[key], children);
    }
    assertShape(type, place[key], this.#shape);
    this.found.push({ holder: place, key, type });
  }

  #mark(holder: object, key: string, mark: Mark, path: string): void {
    let marks = this.#marks.get(holder);
    if (marks === undefined) this.#marks.set(holder, (marks = new Map<string, Mark>()));
    const before = marks.get(key);
    if (before !== undefined && (before === 'annotated' || mark === 'annotated')) {
      throw badPath(path);
    }
    marks.set(key, mark);
  }
}

/** `holder`, once it is sure that `key` is its own property, or an index below its length. */
function own(holder: unknown, key: string, path: string): Record<string, unknown> {
  if (Array.isArray(holder)) {
    if (!INDEX.test(key) || Number(key) >= holder.length) throw badPath(path);
    return holder as unknown as Record<string, unknown>;
  }
  if (!isRecord(holder) || isForbiddenKey(key) || !Object.hasOwn(holder, key)) throw badPath(path);
  return holder;
}

function isType(type: unknown): type is AnnotationType {
  if (typeof type === 'string') return true;
  return Array.isArray(type) && type.length === 2 && type.every((part) => typeof part === 'string');
}

function badPath(path: string): Error {
  return malformed(`An annotation at a path that is not there: ${formatValuePath([path])}.`);
}
