import { PATIENT_SHARE, type OutgoingFrame } from '@replyq/contract/transport';

/** Less than this would save few requests, and cost a timer where calls are fast. */
const LEAST_MS = 5;
const MOST_MS = 250;

/** How long a frame may be kept, so that more leave together: never for much of what is left until its deadline. */
export function patienceMs(frame: OutgoingFrame, nowMs: number): number {
  const wishedMs = frame.patienceMs ?? 0;
  const ms = Math.min(wishedMs, (frame.deadlineMs - nowMs) * PATIENT_SHARE, MOST_MS);
  return ms >= LEAST_MS ? ms : 0;
}
