import type { OutgoingFrame } from '@replyq/contract/transport';

/** What of the time that its call takes anyway a frame may wait for company. */
const SHARE_OF_A_CALL = 1 / 20;
/** Less than this would save few requests, and cost a timer where calls are fast. */
const LEAST_MS = 5;
const MOST_MS = 250;

/** How long a frame may be kept, so that more leave together. */
export function patienceMs({ callMs = 0, deadlineMs }: OutgoingFrame, nowMs: number): number {
  const ms = Math.min(callMs, deadlineMs - nowMs) * SHARE_OF_A_CALL;
  return ms < LEAST_MS ? 0 : Math.min(ms, MOST_MS);
}
