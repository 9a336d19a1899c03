/** What a schedule store keeps of a key. */
export interface ScheduleNumbers {
  /** The highest that was given out. */
  last: number;
  /** The highest whose task is known to have been in the queue. */
  sent: number;
  /** The highest whose task has begun to run. */
  begun: number;
  /** All up to this one are cancelled. */
  cancelled: number;
}

/**
 * From the wall clock, so that a key that was forgotten goes on above what it had; the clocks of processes may
 * differ, the numbers of one store never fall.
 */
export function nextNumber(known: ScheduleNumbers | undefined, nowMs: number): ScheduleNumbers {
  const last = Math.max(Math.floor(nowMs), (known?.last ?? 0) + 1);
  return { sent: 0, begun: 0, cancelled: 0, ...known, last };
}

/** N2. Whether something was waiting. */
export function cancels(numbers: ScheduleNumbers): boolean {
  const { begun, cancelled, last, sent } = numbers;
  numbers.cancelled = last;
  return sent > Math.max(begun, cancelled);
}

/** N1, N2. Whether the task may run. */
export function begins(numbers: ScheduleNumbers, number: number): boolean {
  if (number <= numbers.cancelled || number < numbers.sent) return false;
  numbers.sent = number;
  numbers.begun = number;
  return true;
}
