import { join, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageOf, packages, reachable, type Package, type SourceFile } from './sources.ts';

/** Who may import whom. Cycles between files are the linter's (`import/no-cycle`). */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  requester: ['contract'],
  responder: ['contract'],
  queue: ['contract'],
  sqs: ['contract', 'queue'],
  memory: ['contract', 'queue'],
  tasks: ['contract', 'queue'],
  testing: ['contract', 'queue', 'memory'],
  replyq: ['contract', 'requester', 'responder', 'sqs', 'memory'],
};

/** `file → specifier` of every import that `wrong` says is wrong. */
function findings(
  files: readonly SourceFile[],
  wrong: (specifier: string, file: SourceFile, typeOnly: boolean) => boolean,
): readonly string[] {
  return files.flatMap((file) =>
    file.imports
      .filter(({ specifier, typeOnly }) => wrong(specifier, file, typeOnly))
      .map(({ specifier }) => `${file.path} → ${specifier}`),
  );
}

const everySource = packages.flatMap(({ sources }) => sources);
const everyFile = packages.flatMap(({ sources, tests }) => [...sources, ...tests]);

/** `queue` of `@replyq/queue/x`; `replyq` of the umbrella; undefined of a stranger. */
function ownPackage(specifier: string): string | undefined {
  const [first = '', second = ''] = specifier.split('/');
  return first === '@replyq' ? second : first === 'replyq' ? first : undefined;
}

/** `@scope/name` or `name`, without the subpath. */
function dependencyName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isBare(specifier: string): boolean {
  return !specifier.startsWith('.') && !specifier.startsWith('node:');
}

function entryFile(owner: Package, entry: string): string {
  return join('packages', owner.name, owner.manifest.exports[entry] ?? '');
}

describe('the direction of imports', () => {
  it('has arrows for every package', () => {
    expect(packages.map(({ name }) => name).toSorted()).toEqual(Object.keys(ARROWS).toSorted());
    expect(everySource.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
  });

  it.each(packages)('holds for $name', ({ name, sources }) => {
    const allowed = ARROWS[name] ?? [];
    const against = findings(sources, (specifier) => {
      const target = ownPackage(specifier);
      return target !== undefined && !allowed.includes(target);
    });
    expect(against).toEqual([]);
  });

  // A responder is best tested by what calls it; no shipped file follows the test across.
  it.each(packages)(
    'lets the tests of $name reach what testing stands on, and those of the responder its caller',
    (owner) => {
      const reach = [...(ARROWS[owner.name] ?? []), ...(ARROWS['testing'] ?? [])];
      const caller = owner.name === 'responder' ? ['requester'] : [];
      const allowed = [...reach, ...caller, owner.name, 'testing'];
      const against = findings(owner.tests, (specifier) => {
        const target = ownPackage(specifier);
        return target !== undefined && !allowed.includes(target);
      });
      expect(against).toEqual([]);
    },
  );

  it('never leads into a package past its entries', () => {
    const entries = new Set(
      packages.flatMap(({ manifest }) =>
        Object.keys(manifest.exports).map((entry) => join(manifest.name, entry)),
      ),
    );
    const against = findings(
      everyFile,
      (specifier) => ownPackage(specifier) !== undefined && !entries.has(specifier),
    );
    expect(against).toEqual([]);
  });

  it('never leaves a package by a relative path', () => {
    const against = findings(everyFile, (specifier, { path }) => {
      const home = path.split('/').slice(0, 3).join('/');
      return specifier.startsWith('.') && !join(dirname(path), specifier).startsWith(`${home}/`);
    });
    expect(against).toEqual([]);
  });

  it('names only what the manifest depends on', () => {
    const against = packages.flatMap(({ manifest, sources }) => {
      const declared = new Set([
        ...Object.keys(manifest.dependencies ?? {}),
        ...Object.keys(manifest.peerDependencies ?? {}),
      ]);
      return findings(sources, (name) => isBare(name) && !declared.has(dependencyName(name)));
    });
    expect(against).toEqual([]);
  });

  it.each(packages)('leads from an entry of $name to each of its files', (owner) => {
    const entries = Object.keys(owner.manifest.exports).filter((entry) =>
      entryFile(owner, entry).endsWith('.ts'),
    );
    const reached = new Set(entries.flatMap((entry) => reachable(owner, entryFile(owner, entry))));
    const lonely = owner.sources.filter((file) => !reached.has(file)).map(({ path }) => path);
    expect(lonely).toEqual([]);
  });

  it('has no dependency in a manifest that nothing imports', () => {
    const against = packages.flatMap(({ name, manifest, sources }) => {
      const used = new Set(
        sources.flatMap(({ imports }) => imports.map((edge) => dependencyName(edge.specifier))),
      );
      return Object.keys(manifest.dependencies ?? {})
        .filter((dependency) => !used.has(dependency))
        .map((dependency) => `${name} → ${dependency}`);
    });
    expect(against).toEqual([]);
  });
});

describe('the platform and the world outside', () => {
  it('is AWS to sqs only', () => {
    const against = findings(
      everyFile,
      (specifier, { path }) => /^@(aws-sdk|smithy)\//.test(specifier) && !isOf('sqs', path),
    );
    expect(against).toEqual([]);
  });

  it('is the SQS emulator to testing only', () => {
    const against = findings(
      everyFile,
      (specifier, { path }) => dependencyName(specifier) === 'fauxqs' && !isOf('testing', path),
    );
    expect(against).toEqual([]);
  });

  it('is Node to the contract in one file only', () => {
    const against = findings(
      packageOf('contract').sources,
      (specifier, { path }) =>
        specifier.startsWith('node:') &&
        !(specifier === 'node:async_hooks' && path.endsWith('/transport/call-scope.ts')),
    );
    expect(against).toEqual([]);
  });

  it('is tRPC to the contract in one file only, and there as types', () => {
    const against = findings(
      packageOf('contract').sources,
      (specifier, { path }, typeOnly) =>
        specifier.startsWith('@trpc/') && !(path === 'packages/contract/src/trpc.ts' && typeOnly),
    );
    expect(against).toEqual([]);
  });

  it.each([
    ['contract', '.'],
    ['contract', './wire'],
    ['contract', './transport'],
    ['requester', '.'],
  ])('is no optional peer to what %s exports as "%s", not even as types', (name, entry) => {
    const owner = packageOf(name);
    const optional = Object.keys(owner.manifest.peerDependenciesMeta ?? {});
    const against = findings(reachable(owner, entryFile(owner, entry)), (specifier) =>
      optional.includes(dependencyName(specifier)),
    );
    expect(optional.length).toBeGreaterThan(0);
    expect(against).toEqual([]);
  });
});

function isOf(name: string, path: string): boolean {
  return path.startsWith(`packages/${name}/`);
}
