import { formatHeader, parseHeader } from './header-json.ts';
import { defaultWireLimits } from './wire-limits.ts';

/** Why a task is in a dead-letter queue, as its worker put it there. Whoever may send there may write it. */
export interface TaskFailure {
  /** The name of the queue that it was worked from. */
  readonly queue: string;
  /** tRPC's name of the error: `INTERNAL_SERVER_ERROR`. */
  readonly code: string;
  readonly message: string;
  /** Runs that it took, as far as is known. */
  readonly attempts: number;
  /** The worker's wall clock, epoch milliseconds. */
  readonly at: number;
}

const MAX_CODE_CHARS = 100;
/** What a person reads; a stack or a dump does not fit the attributes of a message. */
const MAX_MESSAGE_CHARS = 1000;
const MAX_QUEUE_CHARS = 200;

/** As the text of {@link ATTRIBUTE.failure}. Long texts are cut. */
export function formatTaskFailure(failure: TaskFailure): string {
  const { at, attempts, code, message, queue } = failure;
  return formatHeader({
    v: 1,
    queue: queue.slice(0, MAX_QUEUE_CHARS),
    code: code.slice(0, MAX_CODE_CHARS),
    message: message.slice(0, MAX_MESSAGE_CHARS),
    attempts,
    at,
  });
}

/** Undefined: not one. Never throws. */
export function readTaskFailure(text: string): TaskFailure | undefined {
  try {
    const { at, attempts, code, message, queue } = parseHeader(text, defaultWireLimits);
    const isRead =
      isText(queue, MAX_QUEUE_CHARS) &&
      isText(code, MAX_CODE_CHARS) &&
      isText(message, MAX_MESSAGE_CHARS) &&
      isCount(attempts) &&
      isCount(at);
    return isRead ? { queue, code, message, attempts, at } : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value.length <= maxChars;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
