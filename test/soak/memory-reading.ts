import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface MemoryReading {
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly rss: number;
}

/** What one collection frees may free more: finalizers, weak maps. */
const ROUNDS = 4;

// Works in any process, also in one that was started without --expose-gc.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is left once all garbage is gone. */
export async function readMemory(): Promise<MemoryReading> {
  for (let round = 0; round < ROUNDS; round += 1) {
    collect();
    await nextTurn();
  }
  const { arrayBuffers, external, heapUsed, rss } = process.memoryUsage();
  return { heapUsed, external, arrayBuffers, rss };
}
