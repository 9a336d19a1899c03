import { messageOf } from '@replyq/contract';
import { Cron } from 'croner';
import { refused } from '../refused.ts';
import type { Ticks } from './ticks.ts';

/** Longer ones are nobody's schedule. */
const MAX_CHARACTERS = 256;
/** Five fields, six with seconds in front, or a nickname. A date would be one or two. */
const FIELDS = /^(@[a-z]+|\S+(\s+\S+){4,5})$/i;

/**
 * The ticks of a cron expression in a time zone. croner reads it and steps through it; its timers are not used. Throws
 * an `RpcError` BAD_REQUEST that quotes what is wrong.
 */
export function cronTicks(cron: string, timezone: string): Ticks {
  assertTimezone(timezone);
  const job = parse(cron, timezone);
  const after = (ms: number): number | undefined => job.nextRun(new Date(ms))?.getTime();
  // That far croner looks: to the end of the year 9999.
  if (after(0) === undefined) throw nonsense(cron, 'there is no such time');
  return {
    after,
    // What it is given it leaves out.
    upTo: (ms) => job.previousRuns(1, new Date(ms + 1))[0]?.getTime(),
  };
}

function parse(cron: string, timezone: string): Cron {
  if (typeof cron !== 'string' || cron.length > MAX_CHARACTERS || !FIELDS.test(cron.trim()))
    throw nonsense(cron, 'expected five fields, six with seconds, or a name like @daily');
  // It stands for the time at which it is read: each process would have its own ticks.
  if (cron.includes('?')) throw nonsense(cron, 'a ? is of each process’s own clock; write *');
  try {
    return new Cron(cron.trim(), { timezone, paused: true });
  } catch (cause) {
    throw nonsense(cron, messageOf(cause));
  }
}

function assertTimezone(timezone: string): void {
  try {
    // Empty, it would be the host's own.
    if (typeof timezone === 'string' && timezone !== '') {
      Intl.DateTimeFormat('en', { timeZone: timezone });
      return;
    }
  } catch {
    // Said below.
  }
  throw refused(
    `timezone is ${shown(timezone)}: expected the name of a time zone, as Europe/Berlin.`,
  );
}

function nonsense(cron: unknown, why: string): Error {
  return refused(`cron is ${shown(cron)}: ${why}.`);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.slice(0, MAX_CHARACTERS);
}
