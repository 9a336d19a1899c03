import type { Mutant } from './mutant.ts';

/** Bugs of what keeps reply queues alive, and of what deletes those that the dead have left. */
export const sweepMutants: readonly Mutant[] = [
  {
    name: 'sweepsOnce',
    world: 'sweeps',
    invariant: 'I18',
    file: 'queue/dist/sweeper.js',
    find: 'void this.#look(signal);\n        });\n    }\n    async',
    replace: '});\n    }\n    async',
    why: 'What was dead is gone by then.',
  },
  {
    name: 'heartbeatsNotHeeded',
    world: 'sweeps',
    invariant: 'I18',
    file: 'queue/dist/sweep-verdict.js',
    find: 'serviceNowMs - Number(heartbeat) > retentionMs',
    replace: 'serviceNowMs - Number(heartbeat) > retentionMs / 4',
    why: 'Who lives says so more often than that.',
  },
  {
    name: 'beatsOnce',
    world: 'sweeps',
    invariant: 'I18',
    file: 'queue/dist/host-live-queue.js',
    find: 'this.keep(onGone); // Before',
    replace: '// Before',
    why: 'The queue is in use: its owner has said so.',
  },
];
