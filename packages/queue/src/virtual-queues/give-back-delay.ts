import type { ReceivedMessage } from '../queue-service.ts';

const FIRST_MS = 2000;
/** Less than the longest poll: a reader who comes at last, and waits, gets what was given back. */
const MOST_MS = 15_000;

/**
 * How long a message stays invisible that we cannot keep. Longer each time, so that messages for a queue
 * that nobody reads do not take the receives of the others.
 */
export function giveBackDelayMs({ receiveCount }: ReceivedMessage): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, receiveCount - 1)));
}
