import { Worker } from 'node:worker_threads';
import type { Verdict } from './judge-seed.ts';
import type { Report } from './seed-worker.ts';

export interface SeedFarmOptions {
  /** Undefined: there are no more. */
  readonly nextSeed: () => number | undefined;
  readonly workers: number;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** Judges seeds on several threads. Rejects if one cannot be judged. */
export async function farmSeeds(options: SeedFarmOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.workers }, () => work(options)));
}

function work({ nextSeed, onVerdict }: SeedFarmOptions): Promise<void> {
  const worker = new Worker(new URL('seed-worker.ts', import.meta.url));
  return new Promise<void>((resolve, reject) => {
    const feed = (): void => {
      const seed = nextSeed();
      if (seed === undefined) resolve();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      else worker.postMessage(seed);
    };
    worker.on('message', (report: Report) => {
      if (report.kind === 'broken')
        return reject(new Error(`Seed ${report.seed}: ${report.error}`));
      onVerdict(report.verdict);
      feed();
    });
    worker.on('error', reject);
    feed();
  }).finally(() => void worker.terminate());
}
