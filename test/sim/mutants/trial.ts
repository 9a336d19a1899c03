import type { World, WorldSeed } from '../judge-seed.ts';

/** What a child process is to do in an installed copy. */
export type Task =
  /** Which of the seeds violate anything, as it is? */
  | { readonly kind: 'control'; readonly seeds: readonly WorldSeed[] }
  /** Find seeds that show the planted bug, and what it takes. */
  | {
      readonly kind: 'hunt';
      readonly world: World;
      readonly seeds: readonly number[];
      /** The invariant that the bug breaks. */
      readonly invariant: string;
      /** How long the search for the fewest events may take. */
      readonly shrinkMs: number;
    };

export type Report =
  /** A sign of life: a run begins. */
  | { readonly kind: 'run'; readonly seed: number }
  | { readonly kind: 'controlled'; readonly failing: readonly Failing[] }
  | Hunted;

export interface Failing extends WorldSeed {
  readonly by: readonly string[];
}

export type Hunted =
  | { readonly kind: 'survived' }
  | {
      readonly kind: 'caught';
      /** The one with the fewest events. */
      readonly seed: number;
      /** How many seeds it took. */
      readonly runs: number;
      /** The invariants that are violated; `hang`: it had to be killed. */
      readonly by: readonly string[];
      /** What is told of the first of them. */
      readonly message: string;
      /** The fewest calls, faults and events of processes that show it. */
      readonly events: readonly string[];
    };
