import type { Settlement } from './incoming.ts';

export const ACK: Settlement = { kind: 'ack' };

/** Pause before a request whose reply could not be sent, or whose run was cut short, comes again. */
const RETRY_DELAY_MS = 1000;
/** How long a foreign message that nobody answers stays invisible between two looks. */
const FOREIGN_DELAY_MS = 15 * 60_000;
/** Longest pause between two runs of a task that fails; then the queue's redrive policy decides. */
const MAX_TASK_DELAY_MS = 15 * 60_000;

export const RETRY: Settlement = { kind: 'release', delayMs: RETRY_DELAY_MS };

/** To another process, at once: this one is closing. */
export const GIVE_BACK: Settlement = { kind: 'release', delayMs: 0 };

/** For whoever reads the queue, too, or for its retention. */
export const LEAVE: Settlement = { kind: 'release', delayMs: FOREIGN_DELAY_MS };

/** A task that failed comes again, later each time. */
export function taskAgain(receiveCount: number): Settlement {
  const delayMs = Math.min(MAX_TASK_DELAY_MS, RETRY_DELAY_MS * 2 ** Math.min(receiveCount, 20));
  return { kind: 'release', delayMs };
}
