import { setTimeout as sleep } from 'node:timers/promises';
import { currentCall } from '@replyq/contract/transport';
import type { Class } from './counts.ts';
import type { Note, Wait } from './contract.ts';

/** What both services do; the contract's and the router's procedures are these. */
export function echo(note: Note): Note {
  scopeClass ??= currentCall()?.constructor as Class | undefined;
  return note;
}

export function place({ id }: Note): { readonly id: number; readonly at: Date } {
  return { id, at: new Date(id) };
}

/** Outlives its caller where it does not heed the signal. */
export async function wait(
  { heeds, id, ms }: Wait,
  signal: AbortSignal | undefined,
): Promise<{ readonly id: number }> {
  await sleep(ms, undefined, heeds && signal !== undefined ? { signal } : {});
  return { id };
}

let scopeClass: Class | undefined;

/** The class of what a handler finds itself in: nobody exports it. Undefined before the first call. */
export function callScopeClass(): Class | undefined {
  return scopeClass;
}
