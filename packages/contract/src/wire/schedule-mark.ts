import type { HeaderRecord } from './frame.ts';
import { isRecord } from './strict-json.ts';
import { malformed } from './wire-error.ts';

/**
 * The header's field of a task that can be replaced or cancelled. It is critical: who does not know it, or knows no
 * store to ask, does not run the task.
 */
export const SCHEDULE_FIELD = '!schedule';

/** What a schedule store knows a task by. */
export interface ScheduleMark {
  /** 1 to 255 printable ASCII characters. */
  readonly key: string;
  /** Of the tasks with one key, in the order in which they were enqueued. */
  readonly number: number;
}

const KEY = /^[\x20-\x7e]{1,255}$/;

/** Throws a `WireError` for a mark that cannot be read. Undefined: the task has none. */
export function readScheduleMark(header: HeaderRecord): ScheduleMark | undefined {
  if (!Object.hasOwn(header, SCHEDULE_FIELD)) return undefined;
  const mark = header[SCHEDULE_FIELD];
  const { key, number } = isRecord(mark) ? mark : {};
  if (typeof key !== 'string' || !KEY.test(key) || !Number.isSafeInteger(number)) {
    throw malformed('Not the mark of a schedule.');
  }
  return { key, number: number as number };
}
