import type { Oracle, Violation } from '../oracle.ts';
import { longestIdleMs } from './held-frames.ts';
import type { Poll } from './traces.ts';

/** A receive that has begun comes back within its wait and this, whatever happens to it. */
const WATCHDOG_MS = 5000;
/** The pause after a receive that failed: less than the first, and twice that with each in a row, to the most. */
const FIRST_BACKOFF_MS = 200;
const MOST_BACKOFF_MS = 20_000;
/** The pause before another look at a queue that was gone. */
const GONE_PAUSE_MS = 5000;

/** I25: no responder with a free slot stops receiving. */
export const keepsPolling: Oracle = (history, bounds) => {
  const violations: Violation[] = [];
  for (const { holdsRequests, polls, queue } of history.queues.queues.values()) {
    if (!holdsRequests) continue;
    for (const [process, all] of polls) {
      if (process.role !== 'responder') continue;
      const endMs = Math.min(process.closingMs, process.crashedMs, history.lastMs);
      let failures = 0;
      for (const [index, poll] of all.entries()) {
        failures = poll.ok ? 0 : failures + 1;
        const toMs = Math.min(all[index + 1]?.atMs ?? Infinity, endMs);
        const limitMs = bounds.waitMs + WATCHDOG_MS + pauseMs(poll, failures) + bounds.slackMs;
        if (process.awakeMs(poll.atMs, toMs) <= limitMs) continue;
        const gap = { fromMs: poll.atMs, toMs };
        const idleMs = longestIdleMs(process, queue, gap, bounds, history);
        if (idleMs <= limitMs) continue;
        const message = `${process.name} received nothing from ${queue} for ${idleMs} ms, with a free slot`;
        violations.push({ invariant: 'I25', message, atMs: poll.atMs + limitMs });
        break;
      }
    }
  }
  return violations;
};

function pauseMs({ ok }: Poll, failures: number): number {
  if (ok) return 0;
  const backoffMs = Math.min(MOST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(GONE_PAUSE_MS, backoffMs);
}
