import type { WireFrame } from './frame.ts';

/** What was left of the caller's deadline when the request was encoded; undefined: it does not say. */
export function timeoutMsOf({ header }: WireFrame): number | undefined {
  const timeoutMs = header?.['timeoutMs'];
  return isCount(timeoutMs) ? timeoutMs : undefined;
}

/** Whether no caller's deadline bounds the request: nobody waits for it, or for a task, whose time begins with its run. */
export function isTaskFrame({ header, replyTo }: WireFrame): boolean {
  return replyTo === undefined || typeof header?.['task'] === 'string';
}

/** How often the request has been sent: 1 from the caller, and once more for each time that it was sent on. */
export function attemptOf({ header }: WireFrame): number {
  const attempt = header?.['try'];
  return isCount(attempt) ? attempt : 1;
}

/** The same request, as whoever received it sends it on: with the time that is left, and `try` raised. */
export function forwardRequest(frame: WireFrame, remainingMs: number): WireFrame {
  const { header } = frame;
  if (header === undefined) return frame;
  const left = timeoutMsOf(frame) === undefined ? {} : { timeoutMs: Math.ceil(remainingMs) };
  return { ...frame, header: { ...header, ...left, try: attemptOf(frame) + 1 } };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
