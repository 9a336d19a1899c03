import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** The runtime of every task: the `node` package among the dev dependencies. */
export const REPO_NODE = join(ROOT, 'node_modules', '.bin', 'node');

const INSTALL = ['--yes', 'pnpm@12', 'install', '--frozen-lockfile', '--reporter=append-only'];
/** Says what the last complete install was made from. */
const STAMP = join(ROOT, 'node_modules', '.installed-from');
const PROGRESS_EVERY_MS = 5_000;

/** Installs unless the last install was made from the same files. False after it has said what failed. */
export async function ensureInstalled() {
  const wanted = fingerprint();
  if (existsSync(REPO_NODE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) {
    return true;
  }
  const startedAt = Date.now();
  console.log('Installing dependencies (about a minute the first time, seconds later) ...');
  const { code, output } = await install();
  if (code !== 0) {
    console.error(output);
    console.error(`The install failed: npx ${INSTALL.join(' ')}`);
    return false;
  }
  writeFileSync(STAMP, wanted);
  console.log(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return true;
}

/** Lock file, workspace file and manifests: a manifest that the lock file does not match must fail. */
function fingerprint() {
  const folders = ['packages', 'examples'].flatMap((parent) =>
    existsSync(join(ROOT, parent))
      ? readdirSync(join(ROOT, parent)).map((name) => join(parent, name))
      : [],
  );
  const files = ['.', ...folders].map((folder) => join(folder, 'package.json'));
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...files]) {
    const path = join(ROOT, file);
    if (existsSync(path)) hash.update(`\n${file}\n`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** Shows pnpm's progress now and then, and keeps the rest for the case that it fails. */
function install() {
  return new Promise((resolve) => {
    const child = spawn('npx', INSTALL, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let shownAt = Date.now();
    const keep = (chunk) => {
      output += chunk;
      const progress = /^Progress: .*$/gm;
      const last = String(chunk).match(progress)?.at(-1);
      if (last !== undefined && Date.now() - shownAt >= PROGRESS_EVERY_MS) {
        console.log(`  ${last}`);
        shownAt = Date.now();
      }
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: `${output}\n${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
