/** What a superjson annotation says that a JSON value stands for. */
export type AnnotationType = string | readonly [kind: string, name: string];

/** One annotated value, found where its path leads: `holder[key]`. */
export interface Annotation {
  readonly holder: Record<string | number, unknown>;
  readonly key: string | number;
  readonly type: AnnotationType;
}

/** Superjson's `meta.values` is one of these, for the value itself, or a record of them by path. */
export type AnnotationNode =
  | readonly [type: AnnotationType]
  | readonly [type: AnnotationType, children: AnnotationRecord];
export interface AnnotationRecord {
  [path: string]: AnnotationNode;
}

/** How superjson writes a property name in a path: dots part the names, a backslash escapes both. */
export function escapePathKey(key: string): string {
  return key.includes('.') || key.includes('\\') ? key.replace(/[\\.]/g, String.raw`\$&`) : key;
}

/** The names of a path, or undefined if it holds an escape that superjson does not write. */
export function parseAnnotationPath(text: string): string[] | undefined {
  if (!text.includes('\\')) return text.split('.');
  const keys: string[] = [];
  let key = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '.') {
      keys.push(key);
      key = '';
    } else if (char === '\\') {
      at += 1;
      const escaped = text.charAt(at);
      if (escaped !== '.' && escaped !== '\\') return undefined;
      key += escaped;
    } else {
      key += char;
    }
  }
  keys.push(key);
  return keys;
}
