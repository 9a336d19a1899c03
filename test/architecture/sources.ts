import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `import … from 'x'`, `export … from 'x'` and `import 'x'` at the beginning of a line. */
const STATEMENT = /^(import|export)\b(?:(\s+type)\b)?(?:[^;'"]*?\bfrom)?\s*'([^']+)'/gm;
/** `import('x')` and `import.meta.resolve('x')`. */
const CALL = /\bimport(?:\.meta\.resolve)?\(\s*'([^']+)'/g;

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** One `import`, `export … from` or `import()` of a file. */
export interface ImportEdge {
  readonly specifier: string;
  /** Erased when the package is built. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly ImportEdge[];
}

export interface Package {
  /** Its folder's name; all but `replyq` itself are published as `@replyq/<name>`. */
  readonly name: string;
  readonly manifest: Manifest;
  /** What is built and shipped. */
  readonly sources: readonly SourceFile[];
  /** Tests, tests of types, and what they share in `src/testing`. */
  readonly tests: readonly SourceFile[];
}

export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export const packages: readonly Package[] = readdirSync(join(ROOT, 'packages'), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => {
    const files = filesUnder(`packages/${name}/src`, /\.ts$/).map(readSource);
    const isTest = ({ path }: SourceFile): boolean =>
      /\.test(-d)?\.ts$|\/src\/testing\//.test(path);
    return {
      name,
      manifest: JSON.parse(readText(`packages/${name}/package.json`)) as Manifest,
      sources: files.filter((file) => !isTest(file)),
      tests: files.filter(isTest),
    };
  });

export function packageOf(name: string): Package {
  const found = packages.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no package ${name}`);
  return found;
}

/** A package's file and all files of it that it imports, directly or not. Types count. */
export function reachable(owner: Package, entry: string): readonly SourceFile[] {
  const byPath = new Map(owner.sources.map((file) => [file.path, file]));
  const seen = new Set<SourceFile>();
  const visit = (path: string): void => {
    const file = byPath.get(path);
    if (file === undefined) throw new Error(`${path} is no source of ${owner.name}`);
    if (seen.has(file)) return;
    seen.add(file);
    for (const { specifier } of file.imports) {
      if (specifier.startsWith('.')) visit(join(dirname(path), specifier));
    }
  };
  visit(entry);
  return [...seen];
}

/** Files below a folder if it is there, node_modules and dist left out, from the root of the repository. */
export function filesUnder(folder: string, pattern: RegExp): readonly string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
    .toSorted();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function readSource(path: string): SourceFile {
  const text = readText(path);
  const statements = [...text.matchAll(STATEMENT)].map(([, , type, specifier = '']) => ({
    specifier,
    typeOnly: type !== undefined,
  }));
  const calls = [...text.matchAll(CALL)].map(([, specifier = '']) => ({
    specifier,
    typeOnly: false,
  }));
  return { path, text, imports: [...statements, ...calls] };
}
