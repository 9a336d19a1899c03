// Many open calls in a process of their own, and what they weigh. Needs --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises';
import { serveCommands } from '../commands.ts';
import type { PendingSubject } from '../settings.ts';
import { openPendingAsker } from '../subjects/pending.ts';

export interface Weight {
  readonly bytesPerCall: number;
  /** From the order to cancel all until the last one has settled. */
  readonly cancelMs: number;
}

/** Until what was asked is on its way, and nothing but the open calls is left of it. */
const SETTLE_MS = 500;
const WARM_UP_CALLS = 2000;

const commands = {
  weigh: async (subject: PendingSubject, calls: number): Promise<Weight> => {
    await weigh(subject, WARM_UP_CALLS);
    return weigh(subject, calls);
  },
  close: () => undefined,
};

export type PendingCommands = typeof commands;

serveCommands(commands);

async function weigh(subject: PendingSubject, calls: number): Promise<Weight> {
  const asker = await openPendingAsker(subject, calls);
  let settled = 0;
  const allSettled = Promise.withResolvers<void>();
  const settle = (): void => {
    settled += 1;
    if (settled === calls) allSettled.resolve();
  };
  const before = await heapBytes();
  for (let nonce = 1; nonce <= calls; nonce += 1) {
    asker.ask(nonce).then(settle, settle);
    // As a server does that takes requests from sockets.
    if (nonce % 1000 === 0) await sleep(0);
  }
  await sleep(SETTLE_MS);
  const after = await heapBytes();
  if (settled > 0) throw new Error(`${settled} calls of ${subject} are not pending`);
  const startedMs = performance.now();
  await asker.cancelAll();
  await allSettled.promise;
  const cancelMs = performance.now() - startedMs;
  await asker.close();
  return { bytesPerCall: (after - before) / calls, cancelMs };
}

async function heapBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('no --expose-gc');
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed;
}
