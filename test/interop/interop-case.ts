import type { World } from './world.ts';

/** Rejects: it failed, and the error says why. */
export interface InteropCase {
  /** A finding, in the present tense. */
  readonly name: string;
  readonly run: (world: World) => Promise<void>;
}
