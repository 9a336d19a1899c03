import type { Mutant } from './mutant.ts';
import { queueMutants } from './queue-mutants.ts';
import { requesterMutants } from './requester-mutants.ts';
import { responderMutants } from './responder-mutants.ts';
import { sweepMutants } from './sweep-mutants.ts';
import { taskMutants } from './task-mutants.ts';

/** At least one for each invariant that an oracle keeps watch over. */
export const mutants: readonly Mutant[] = [
  ...requesterMutants,
  ...queueMutants,
  ...responderMutants,
  ...sweepMutants,
  ...taskMutants,
];
