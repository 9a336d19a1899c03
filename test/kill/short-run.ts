import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChaosKind } from './chaos-plan.ts';
import type { Verdict } from './judge.ts';
import { run } from './run.ts';
import type { StoreKind } from './stores.ts';

const SEED = 11;

/** A few seconds of `npm run kill`, always the same plan. */
export async function shortRun(store: StoreKind, kinds: readonly ChaosKind[]): Promise<Verdict> {
  const directory = await mkdtemp(join(tmpdir(), 'replyq-kill-'));
  const gapMs = [200, 600] as const;
  try {
    return await run({
      seed: SEED,
      requesters: 2,
      responders: 2,
      store,
      slowWork: false,
      chaos: { kinds, lastsMs: kinds.length * 400, gapMs, calmMs: 300, longestMs: 1000 },
      directory,
      say: () => undefined,
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
