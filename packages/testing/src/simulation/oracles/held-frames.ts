import type { HistoryIndex } from './history-index.ts';
import type { ProcessTrace } from './process-trace.ts';
import type { MessageTrace, Receipt } from './traces.ts';

/** How much later than its time has run out the fate of a request is settled, whatever its queues do. */
const SETTLED_WITHIN_MS = 15_000;

interface Hold {
  readonly frames: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The longest time between the two in which a process surely had a slot to offer: what it had
 * received, and might still have been at, was less than it has slots.
 */
export function longestIdleMs(
  process: ProcessTrace,
  queue: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  { concurrency, graceMs }: { readonly concurrency: number; readonly graceMs: number },
  { queues }: HistoryIndex,
): number {
  const holds: Hold[] = [];
  for (const message of queues.messages.values()) {
    if (message.queue !== queue) continue;
    for (const receipt of message.receipts) {
      if (receipt.process === process) holds.push(holdOf(receipt, message, graceMs));
    }
  }
  const within = holds.filter((hold) => hold.fromMs < toMs && hold.toMs > fromMs);
  const turns = within
    .flatMap((hold) => [
      { atMs: Math.max(hold.fromMs, fromMs), frames: hold.frames },
      { atMs: Math.min(hold.toMs, toMs), frames: -hold.frames },
    ])
    .sort((one, other) => one.atMs - other.atMs || one.frames - other.frames);
  let [held, idleMs, idleFromMs] = [0, 0, fromMs];
  for (const { atMs, frames } of turns) {
    if (held < concurrency) idleMs = Math.max(idleMs, process.awakeMs(idleFromMs, atMs));
    const wasIdle = held < concurrency;
    held += frames;
    if (!wasIdle && held < concurrency) idleFromMs = atMs;
  }
  return Math.max(idleMs, held < concurrency ? process.awakeMs(idleFromMs, toMs) : 0);
}

/** At the latest until its process deletes it, or nobody waits for it any more; who else has it does not matter. */
function holdOf({ atMs, order, process }: Receipt, message: MessageTrace, graceMs: number): Hold {
  const frames = message.frames.filter(({ kind }) => kind === 'request');
  const timeoutMs = Math.max(0, ...frames.map((frame) => frame.timeoutMs ?? Infinity));
  const deletion = message.deletions.find((each) => each.order > order && each.process === process);
  const overMs = process.nextAwakeMs(atMs) + timeoutMs + graceMs + SETTLED_WITHIN_MS;
  const toMs = Math.min(overMs, deletion?.atMs ?? Infinity);
  return { frames: frames.length, fromMs: atMs, toMs };
}
