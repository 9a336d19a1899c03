import { MAX_DELAY_MS, RpcError } from '@replyq/contract';
import { isText, type CallOptions } from './call-options.ts';

/** What one task may say besides its input. */
export interface EnqueueOptions {
  /**
   * Not run before: 0 to ten years, rounded up to whole seconds. Past 15 minutes it is sent on by workers each 15
   * minutes. Default: the procedure's. Not on FIFO queues.
   */
  readonly delayMs?: number;
  /**
   * The same id for the same task: of those enqueued with it, whoever does it, one runs. On a FIFO queue by the queue
   * itself, within five minutes; by the workers' reply store for as long as that remembers. 1 to
   * 128 printable ASCII characters without blanks.
   */
  readonly deduplicationId?: string;
  /**
   * A task with the same one, enqueued later, takes its place if it has not begun, and `cancel` ends it. Of the queue and
   * the procedure; 1 to 128 printable ASCII characters without blanks. Needs a `schedules` store that the workers
   * share. Not with a `deduplicationId`.
   */
  readonly scheduleKey?: string;
  /** FIFO queues: the ordering group (default: none shared). Standard queues: the tenant, for fair queues. */
  readonly groupId?: string;
  /** Given to the handler: string values, 8 KiB in all. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Real SQS message attributes; six fit beside replyq's own. */
  readonly attributes?: NonNullable<CallOptions['attributes']>;
  /** How long to try to hand it over, of many each from when its turn comes. Default: the requester's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Aborting it ends the attempt; a task that has left stays in the queue. */
  readonly signal?: AbortSignal;
}

const PRINTABLE_ASCII = /^[\x21-\x7e]{1,128}$/;

export interface TaskAbout {
  readonly procedure: string;
  readonly queue: string;
}

/** Throws an `RpcError` BAD_REQUEST that names the option and quotes its bounds. Nothing was sent. */
export function assertEnqueueOptions(
  { deduplicationId }: EnqueueOptions,
  delayMs: number,
  fifo: boolean,
  about: TaskAbout,
): void {
  if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
    throw refused(about, `delayMs is ${delayMs}: expected 0 to ${MAX_DELAY_MS}.`);
  }
  if (fifo && delayMs > 0) {
    const message = `delayMs is ${delayMs}, but "${about.queue}" is a FIFO queue, which delays no single message.`;
    throw refused(about, message);
  }
  if (deduplicationId !== undefined && !isText(deduplicationId, PRINTABLE_ASCII)) {
    throw refused(
      about,
      'deduplicationId: expected 1 to 128 printable ASCII characters without blanks.',
    );
  }
}

function refused({ procedure, queue }: TaskAbout, message: string): RpcError {
  return new RpcError({ code: 'BAD_REQUEST', procedure, queue, message });
}
