import { readFile } from 'node:fs/promises';
import { ROOT } from './build.ts';
import { plant, PlantError, type Mutant } from './mutant.ts';

/** What is wrong with those that do not fit the build that is there. */
export async function misfitsOf(mutants: readonly Mutant[]): Promise<readonly string[]> {
  const texts = await Promise.all(mutants.map(misfitOf));
  return texts.filter((text) => text !== undefined);
}

/** Throws a {@link PlantError} that names them all. */
export async function assertFit(mutants: readonly Mutant[]): Promise<void> {
  const misfits = await misfitsOf(mutants);
  if (misfits.length > 0) throw new PlantError(misfits.join('\n'));
}

async function misfitOf(mutant: Mutant): Promise<string | undefined> {
  try {
    plant(mutant, await readFile(new URL(`packages/${mutant.file}`, ROOT), 'utf8'));
    return undefined;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}
