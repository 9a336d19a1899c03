import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './build.ts';
import { plant, type Mutant } from './mutant.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly exports: unknown };
}

const SCOPE = '@replyq/';
/** What the simulation imports; what these depend on comes along. */
const PACKAGES: readonly string[] = [
  'contract',
  'queue',
  'requester',
  'responder',
  'tasks',
  'testing',
];
/** Also imported by the simulation. */
const OTHERS: readonly string[] = ['zod'];

/**
 * The built packages and the simulation in a temporary directory, as if they were installed from a
 * registry. Bugs are planted here, one at a time; the workspace knows nothing of them.
 */
export class InstalledCopy implements Disposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    process.once('exit', this.#remove);
  }

  /** Of what is in the packages' `dist` now. */
  static async make(): Promise<InstalledCopy> {
    const copy = new InstalledCopy(
      await mkdtemp(join(await realpath(tmpdir()), 'replyq-mutants-')),
    );
    try {
      await copy.#fill();
    } catch (cause) {
      copy[Symbol.dispose]();
      throw cause;
    }
    return copy;
  }

  /** Where a file of the simulation stands: `mutants/trial-child.ts`. */
  pathOf(simulationFile: string): string {
    return join(this.#directory, 'sim', simulationFile);
  }

  /** Does `work` while the bug is in. Rejects with a {@link PlantError} if the mutant does not fit. */
  async withMutant<T>(mutant: Mutant, work: () => Promise<T>): Promise<T> {
    const file = join(this.#directory, 'node_modules', SCOPE, mutant.file);
    const source = await readFile(file, 'utf8');
    await writeFile(file, plant(mutant, source));
    try {
      return await work();
    } finally {
      await writeFile(file, source);
    }
  }

  [Symbol.dispose](): void {
    process.removeListener('exit', this.#remove);
    this.#remove();
  }

  readonly #remove = (): void => {
    rmSync(this.#directory, { recursive: true, force: true });
  };

  async #fill(): Promise<void> {
    await mkdir(join(this.#directory, 'node_modules'));
    await writeFile(join(this.#directory, 'package.json'), JSON.stringify({ type: 'module' }));
    const simulation = fileURLToPath(new URL('test/sim', ROOT));
    await cp(simulation, join(this.#directory, 'sim'), {
      recursive: true,
      filter: (from) => !from.endsWith('.test.ts'),
    });
    const packages = new Set(PACKAGES);
    // Grows while it is gone through.
    for (const name of packages) {
      for (const dependency of await this.#install(name)) packages.add(dependency);
    }
    for (const name of OTHERS) await this.#link(name, fileURLToPath(ROOT));
  }

  /** Copies a package's build. Returns on which others of the workspace it depends. */
  async #install(name: string): Promise<readonly string[]> {
    const from = fileURLToPath(new URL(`packages/${name}`, ROOT));
    const to = join(this.#directory, 'node_modules', SCOPE, name);
    const manifest = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as Manifest;
    const exports = manifest.publishConfig?.exports;
    await cp(join(from, 'dist'), join(to, 'dist'), {
      recursive: true,
      filter: (file) => !/\.(?:d\.ts|map|tsbuildinfo)$/.test(file),
    });
    await writeFile(
      join(to, 'package.json'),
      JSON.stringify({ name: manifest.name, type: 'module', exports }),
    );
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    for (const dependency of dependencies)
      if (!dependency.startsWith(SCOPE)) await this.#link(dependency, from);
    return dependencies.flatMap((dependency) =>
      dependency.startsWith(SCOPE) ? [dependency.slice(SCOPE.length)] : [],
    );
  }

  /** Makes a third-party package that is installed for `dependent` visible. Optional peers may be absent. */
  async #link(name: string, dependent: string): Promise<void> {
    const from = join(dependent, 'node_modules', ...name.split('/'));
    const to = join(this.#directory, 'node_modules', ...name.split('/'));
    if (!existsSync(from) || existsSync(to)) return;
    await mkdir(dirname(to), { recursive: true });
    await symlink(await realpath(from), to, sep === '\\' ? 'junction' : 'dir');
  }
}
