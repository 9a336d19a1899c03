import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { ROOT } from './root.mjs';

/** The folders of the published packages. */
export function packageFolders() {
  const parent = join(ROOT, 'packages');
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

/** Packs every package as it would be published. `tarballs`: name and path of each. */
export async function packAll(into) {
  const packed = await run(
    'npx',
    ['--yes', 'pnpm@12', '-r', '--filter', './packages/*', 'pack', '--pack-destination', into],
    { quiet: true },
  );
  const tarballs = packageFolders().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    return { name, path: join(into, file) };
  });
  const missing = tarballs.filter(({ path }) => !existsSync(path)).map(({ name }) => name);
  if (missing.length > 0) {
    return { ok: false, output: `${packed.output}\nnot packed: ${missing.join(', ')}\n`, tarballs };
  }
  return { ...packed, tarballs };
}

/** What is wrong with a tarball, as text; empty when nothing is. */
export async function inspectTarball({ path }) {
  const contents = await inspectContents(path);
  const publint = await run('publint', ['run', path, '--strict'], { quiet: true });
  const attw = await run('attw', ['--profile', 'esm-only', path], { quiet: true });
  return [contents, publint.ok ? '' : publint.output, attw.ok ? '' : attw.output]
    .filter((text) => text !== '')
    .join('\n');
}

const REQUIRED = ['package/package.json', 'package/README.md', 'package/LICENSE'];
const UNWANTED =
  /\.test\.|\.test-d\.|\.tsbuildinfo$|\/node_modules\/|\/tsconfig|\/(?:src|dist)\/testing\//;

async function inspectContents(path) {
  const listed = await run('tar', ['-tzf', path], { quiet: true });
  const manifest = await run('tar', ['-xzOf', path, 'package/package.json'], { quiet: true });
  if (!listed.ok || !manifest.ok) return `${listed.output}${manifest.output}`;
  const files = listed.output.split('\n').filter((file) => file !== '');
  const faults = [
    ...REQUIRED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files.filter((file) => UNWANTED.test(file)).map((file) => `${file} must not be packed`),
  ];
  for (const [, target] of manifest.output.matchAll(/"(?:types|default)": "\.\/([^"]+)"/g)) {
    if (!files.includes(`package/${target}`)) faults.push(`exports name ${target}, not packed`);
    if (!target.startsWith('dist/')) faults.push(`exports lead to ${target}, not into dist`);
  }
  if (/"(?:workspace|catalog):/.test(manifest.output)) {
    faults.push('package.json has a workspace: or catalog: version');
  }
  return faults.join('\n');
}
