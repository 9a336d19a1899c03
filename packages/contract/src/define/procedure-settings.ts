import { refused } from './names.ts';
import type { ProcedureType } from './procedure.ts';
import {
  resolveTaskSettings,
  type ResolvedTaskSettings,
  type TaskSettings,
} from './task-settings.ts';

/** What both sides should know of a procedure besides its types. */
export interface ProcedureSettings {
  /** How long a caller waits when the call says nothing: 1 to 2^31-1. Default: the requester's own. */
  readonly timeoutMs?: number;
  /** Whether running it twice does no harm. Default: true for a query, false for the others. */
  readonly idempotent?: boolean;
  /** Whether its calls may share a message with others. Default true. */
  readonly pack?: boolean;
  /**
   * This procedure answers the messages that replyq has not written (a shell script, a Java
   * requester): its input is the body, as text or as parsed JSON. At most one per contract.
   */
  readonly foreign?: 'text' | 'json';
}

export interface ResolvedProcedureSettings {
  readonly timeoutMs: number | undefined;
  readonly idempotent: boolean;
  readonly pack: boolean;
  readonly foreign: 'text' | 'json' | undefined;
  /** Undefined: not declared as a task. */
  readonly task: ResolvedTaskSettings | undefined;
}

/** The longest delay that a JavaScript timer takes. The requester's own cap is lower. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Completes the settings. Throws an `RpcError` that quotes the bad value. */
export function resolveProcedureSettings(
  type: ProcedureType,
  settings: ProcedureSettings,
  task?: TaskSettings,
): ResolvedProcedureSettings {
  const { timeoutMs, foreign } = settings;
  const inRange = timeoutMs === undefined || (timeoutMs >= 1 && timeoutMs <= LONGEST_TIMEOUT_MS);
  if (!inRange || (timeoutMs !== undefined && !Number.isInteger(timeoutMs))) {
    throw refused(
      `timeoutMs is ${String(timeoutMs)}: expected an integer from 1 to ${LONGEST_TIMEOUT_MS}.`,
    );
  }
  if (foreign !== undefined && foreign !== 'text' && foreign !== 'json') {
    throw refused(`foreign is ${JSON.stringify(foreign)}: expected "text" or "json".`);
  }
  if (foreign !== undefined && type === 'subscription') {
    throw refused('A subscription cannot be `foreign`: a foreign message has one reply.');
  }
  return Object.freeze({
    timeoutMs,
    idempotent: settings.idempotent ?? type === 'query',
    pack: settings.pack ?? true,
    foreign,
    task: task && resolveTaskSettings(task),
  });
}
