// Installs the packed tarballs the way a stranger would, outside the repository, and uses them: the README's
// example runs and type-checks, and the contract alone type-checks without tRPC.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const README = new URL('../../README.md', import.meta.url);
const MANIFEST = new URL('../../package.json', import.meta.url);
const WORKSPACE = new URL('../../pnpm-workspace.yaml', import.meta.url);
const RUN_TIMEOUT_MS = 60_000;
const INSTALL_TIMEOUT_MS = 180_000;

const NPM_INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** `tarballs`: name and path of each package; `run`: how to run a command. Resolves with the outcomes. */
export async function packedInstall(tarballs, run) {
  const root = await mkdtemp(join(tmpdir(), 'replyq-stranger-'));
  try {
    return [
      ...(await readmeProject(join(root, 'readme'), tarballs, run)),
      ...(await contractProject(join(root, 'contract'), tarballs, run)),
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function readmeProject(folder, tarballs, run) {
  const program = await readmeExample();
  await project(folder, {
    dependencies: await dependencies(tarballs, ['zod', 'typescript', '@types/node']),
    lib: ['es2023', 'esnext.disposable'],
    program,
  });
  const installed = await install(folder, run);
  const name = 'readme: all packages install';
  if (!installed.ok) return [{ name, ok: false, output: installed.output }];
  const types = await typeCheck(folder, run);
  const ran = await run('node', ['program.ts'], {
    cwd: folder,
    quiet: true,
    timeoutMs: RUN_TIMEOUT_MS,
  });
  return [
    { name, ok: true },
    { name: 'readme: the example type-checks', ok: types.ok, output: types.output },
    { name: 'readme: the example runs and ends by itself', ok: ran.ok, output: ran.output },
  ];
}

/** No tRPC and no AWS; once without DOM's types, as on a server, and once without Node's, as in a web page. */
async function contractProject(folder, tarballs, run) {
  const contract = tarballs.filter(({ name }) => name === '@replyq/contract');
  await project(folder, {
    dependencies: await dependencies(contract, ['zod', 'typescript', '@types/node']),
    lib: ['es2023'],
    program: CONTRACT_ONLY,
  });
  const installed = await install(folder, run);
  const name = 'contract alone: installs without tRPC';
  if (!installed.ok) return [{ name, ok: false, output: installed.output }];
  const listed = await run('npm', ['ls', '--all', '--parseable'], { cwd: folder, quiet: true });
  const types = await typeCheck(folder, run);
  const page = ['--lib', 'es2023,dom', '--types', ''];
  const pageTypes = await typeCheck(folder, run, page);
  return [
    { name, ok: !listed.output.includes('@trpc'), output: listed.output },
    { name: 'contract alone: type-checks without DOM', ok: types.ok, output: types.output },
    {
      name: 'contract alone: type-checks without Node',
      ok: pageTypes.ok,
      output: pageTypes.output,
    },
  ];
}

/** The first block of TypeScript below `<!-- example: readme -->`. */
async function readmeExample() {
  const readme = await readFile(README, 'utf8');
  const [, program] = /<!-- example: readme -->\s*```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  if (program === undefined) throw new Error('README.md has no `<!-- example: readme -->`');
  return program;
}

/** Versions as the repository has them; tarballs by path. */
async function dependencies(tarballs, names) {
  const { devDependencies } = JSON.parse(await readFile(MANIFEST, 'utf8'));
  const workspace = await readFile(WORKSPACE, 'utf8');
  const versionOf = (name) => {
    const version = devDependencies[name];
    if (version !== 'catalog:') return version;
    const line = workspace.split('\n').find((text) => text.trim().startsWith(`${name}: `));
    return line?.split(': ')[1] ?? '*';
  };
  return Object.fromEntries([
    ...tarballs.map(({ name, path }) => [name, `file:${path}`]),
    ...names.map((name) => [name, versionOf(name)]),
  ]);
}

async function project(folder, { dependencies: wanted, lib, program }) {
  await mkdir(folder, { recursive: true });
  const manifest = { private: true, type: 'module', dependencies: wanted };
  const tsconfig = {
    compilerOptions: {
      target: 'es2023',
      lib,
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    },
    files: ['program.ts'],
  };
  const files = {
    'package.json': JSON.stringify(manifest),
    'tsconfig.json': JSON.stringify(tsconfig),
    'program.ts': program,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

function install(folder, run) {
  return run('npm', NPM_INSTALL, { cwd: folder, quiet: true, timeoutMs: INSTALL_TIMEOUT_MS });
}

function typeCheck(folder, run, options = []) {
  return run('node', ['node_modules/typescript/bin/tsc', '-p', '.', ...options], {
    cwd: folder,
    quiet: true,
  });
}

const CONTRACT_ONLY = `
import { defineContract, mutation, query, type InferInput, type InferOutput } from '@replyq/contract';
import { decodeRequest } from '@replyq/contract/wire';
import { currentCall } from '@replyq/contract/transport';
import { z } from 'zod';

export const auth = defineContract('auth', {
  login: mutation({ input: z.object({ user: z.string() }), output: z.object({ at: z.date() }) }),
  whoami: query({ input: z.string(), output: z.string() }),
});

export const input: InferInput<typeof auth.login> = { user: 'ann' };
export const output: InferOutput<typeof auth.login>['at'] = new Date(0);
export const others = [decodeRequest, currentCall];
`;
