import type { World } from '../judge-seed.ts';

/** A bug that somebody could write, and the words of the build that it takes. */
export interface Mutant {
  readonly name: string;
  /** Where it must show. Default: among calls. */
  readonly world?: World;
  /** The one of docs/reliability.md that it breaks first. */
  readonly invariant: string;
  /** Of a package's build: `queue/dist/queue-api.js`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What whoever wrote it may have thought. */
  readonly why: string;
}

/** A mutant that does not fit the build any more. */
export class PlantError extends Error {}

/** The file with the bug in it. Throws a {@link PlantError} that names the mutant. */
export function plant({ file, find, name, replace }: Mutant, source: string): string {
  const places = source.split(find).length - 1;
  if (places === 1) return source.replace(find, () => replace);
  throw new PlantError(`${name}: ${file} has ${places} places like this, expected one: ${find}`);
}
