import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { progress } from '../../bench/progress.ts';
import { spawnChild } from './children.ts';
import type { JavaSdk } from './options.ts';
import type { Toolchain } from './toolchain.ts';

/** Where Java looks for classes. */
export type ClassPath = string;

/** Maven failed; its output says why. */
export class BuildFailed extends Error {}

const PROJECT = fileURLToPath(new URL('java', import.meta.url));
/** Of Maven's output, the end of which says what is wrong. */
const SHOWN_CHARS = 8000;

/** Builds the Java side, unless the last build was of the same sources. Throws {@link BuildFailed}. */
export async function buildJava(sdk: JavaSdk, tools: Toolchain): Promise<ClassPath> {
  const target = join(PROJECT, 'target', sdk);
  const stamp = join(target, 'built-from');
  const wanted = fingerprint(tools);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    progress(
      `Building the Java side for the ${sdk} SDK (the first time it downloads for a while) ...`,
    );
    await runMaven(sdk, tools);
    writeFileSync(stamp, wanted);
  }
  return `${join(target, 'classes')}:${join(target, 'lib', '*')}`;
}

function fingerprint({ javaVersion }: Toolchain): string {
  const hash = createHash('sha256').update(javaVersion);
  const files = ['pom.xml', ...globSync('src/**/*.{java,properties}', { cwd: PROJECT }).toSorted()];
  for (const file of files) hash.update(`\n${file}\n`).update(readFileSync(join(PROJECT, file)));
  return hash.digest('hex');
}

/** `clean`: what an older build needed must not be on the class path. */
async function runMaven(sdk: JavaSdk, { javaHome, maven }: Toolchain): Promise<void> {
  const profile = sdk === 'current' ? ['-Pcurrent'] : [];
  const child = spawnChild(maven, ['-B', '-q', '-ntp', ...profile, 'clean', 'compile'], {
    cwd: PROJECT,
    env: { ...process.env, ...(javaHome && { JAVA_HOME: javaHome }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + String(chunk)).slice(-SHOWN_CHARS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(String(code ?? signal)));
  });
  if (ended !== '0') throw new BuildFailed(`Maven ended with ${ended}.\n${output}`);
}
