import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { packageFolders } from './packages.mjs';

/** Builds every package into its `dist`, from nothing: a file that lost its source must not be shipped. */
export function build() {
  for (const folder of packageFolders()) {
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
  }
  return run('tsc', ['-b', 'packages']);
}
