import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Of the workspace. */
export const ROOT: URL = new URL('../../../', import.meta.url);

/** Builds all packages that are not up to date. Rejects with what the compiler says. */
export async function buildPackages(): Promise<void> {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', ROOT));
  try {
    await promisify(execFile)(process.execPath, [tsc, '-b', 'packages'], {
      cwd: fileURLToPath(ROOT),
    });
  } catch (cause) {
    const { stdout } = cause as { readonly stdout?: string };
    throw new Error(`The packages do not build:\n${stdout ?? String(cause)}`, { cause });
  }
}
