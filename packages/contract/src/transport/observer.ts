import type { RpcErrorCode } from '../error/error-code.ts';
import type { ScheduleEvent } from './schedule-event.ts';

/**
 * Sees what happens, each API request included. Silent by default. Logs, cost counters, benches
 * and tracing are observers. An observer that throws changes nothing.
 */
export type Observer = (event: ReplyqEvent) => void;

export type ReplyqEvent = RequesterEvent | ResponderEvent | TransportEvent | ScheduleEvent;

export type RequesterEvent =
  | {
      readonly kind: 'callStarted';
      readonly callId: string;
      readonly procedure: string;
      readonly queue: string;
    }
  | {
      readonly kind: 'callSettled';
      readonly callId: string;
      readonly procedure: string;
      readonly queue: string;
      readonly elapsedMs: number;
      /** `OK` or the error's code. */
      readonly outcome: 'OK' | RpcErrorCode;
      readonly maybeExecuted: boolean;
    }
  | {
      readonly kind: 'replyDropped';
      /** `unknownCall`: late, a duplicate, or never ours. */
      readonly reason: 'unknownCall' | 'noVirtualQueue' | 'notAReply';
      readonly queue: string;
    }
  /** A reply for another client's call was on our queue: it was given back. */
  | { readonly kind: 'sharedReplyQueue'; readonly queue: string; readonly count: number }
  | { readonly kind: 'replyQueueLost'; readonly queue: string; readonly pendingCalls: number };

export type ResponderEvent =
  | {
      readonly kind: 'requestRefused';
      readonly queue: string;
      readonly reason: RequestRefusal;
      /** A known procedure's path, else `unknown`: never a caller's text. */
      readonly procedure: string;
      readonly detail: string;
    }
  | {
      readonly kind: 'requestExpired';
      readonly queue: string;
      readonly procedure: string;
      readonly ageMs: number;
    }
  | { readonly kind: 'foreignRequest'; readonly queue: string; readonly action: 'left' | 'deleted' }
  | {
      readonly kind: 'handlerStarted';
      readonly queue: string;
      readonly procedure: string;
      readonly callId?: string;
      readonly receiveCount: number;
      readonly queuedMs: number;
    }
  | {
      readonly kind: 'handlerSettled';
      readonly queue: string;
      readonly procedure: string;
      readonly callId?: string;
      readonly elapsedMs: number;
      /** `OK`, or the tRPC code of the error that is replied. */
      readonly outcome: string;
    }
  | {
      readonly kind: 'replySent';
      readonly queue: string;
      readonly procedure: string;
      readonly callId?: string;
    }
  | {
      readonly kind: 'replyUndeliverable';
      readonly queue: string;
      readonly procedure: string;
      readonly callId?: string;
      readonly reason: string;
      readonly error: string;
    }
  /** How far a task is was not told to whoever waits for it. Nothing depends on that. */
  | {
      readonly kind: 'progressLost';
      readonly queue: string;
      readonly procedure: string;
      readonly error: string;
    }
  /** A task failed and comes again. */
  | {
      readonly kind: 'taskRetried';
      readonly queue: string;
      readonly procedure: string;
      readonly task?: string;
      readonly attempt: number;
      readonly retryInMs: number;
      /** The handler's own words. */
      readonly error: string;
    }
  /** A task failed for good, and is now in the dead-letter queue `to`. */
  | {
      readonly kind: 'taskDeadLettered';
      readonly queue: string;
      readonly procedure: string;
      readonly task?: string;
      readonly attempt: number;
      readonly to: string;
      readonly code: string;
      readonly error: string;
    }
  /** A task failed for good and could not be moved: it is looked at again every 15 minutes. */
  | {
      readonly kind: 'taskStuck';
      readonly queue: string;
      readonly procedure: string;
      readonly task?: string;
      readonly attempt: number;
      readonly why: string;
      readonly error: string;
    }
  /** A task that is not due was sent again, to be held back for up to 15 more minutes. */
  | {
      readonly kind: 'taskSentOn';
      readonly queue: string;
      readonly procedure: string;
      readonly task?: string;
      readonly attempt: number;
      readonly leftMs: number;
    }
  /** A task was due whose schedule key a later one has taken, or which was cancelled: it was deleted unrun. */
  | {
      readonly kind: 'taskCancelled';
      readonly queue: string;
      readonly procedure: string;
      readonly task?: string;
      readonly attempt: number;
    }
  /** The answerer itself failed: a bug of ours or of a store. The request was given back. */
  | { readonly kind: 'answererFailed'; readonly queue: string; readonly error: unknown };

export type RequestRefusal =
  | 'malformed'
  | 'unsupportedVersion'
  | 'tooLarge'
  | 'replyAddress'
  | 'noReplyAddress'
  | 'unknownProcedure'
  | 'wrongType'
  | 'notARequest'
  | 'badInput';

export type ApiOperation =
  | 'SendMessageBatch'
  | 'ReceiveMessage'
  | 'DeleteMessageBatch'
  | 'ChangeMessageVisibilityBatch'
  | 'GetQueueUrl'
  | 'CreateQueue'
  | 'DeleteQueue'
  | 'GetQueueAttributes'
  | 'TagQueue'
  | 'ListQueueTags'
  | 'ListQueues'
  | 'SetQueueAttributes'
  | 'PurgeQueue'
  | 'ListDeadLetterSourceQueues'
  | 'StartMessageMoveTask'
  | 'ListMessageMoveTasks';

export type TransportEvent =
  | {
      readonly kind: 'apiRequest';
      readonly operation: ApiOperation;
      /** The queue's name, or the prefix that was listed. */
      readonly queue: string;
      /** Entries sent or asked for; for a receive, messages that came. */
      readonly entries: number;
      /** Bytes as the service counts them for billing: bodies and attributes. */
      readonly bytes: number;
      /** `ok` or the kind of failure. */
      readonly outcome: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'receiveFailed';
      readonly queue: string;
      readonly error: string;
      readonly retryInMs: number;
    }
  | {
      readonly kind: 'sendRetried';
      readonly queue: string;
      readonly error: string;
      readonly retryInMs: number;
    }
  | {
      readonly kind: 'settleFailed';
      readonly queue: string;
      readonly operation: 'ack' | 'release' | 'extend';
      readonly error: string;
    }
  | { readonly kind: 'visibilityLost'; readonly queue: string; readonly messageId: string }
  | {
      readonly kind: 'frameMalformed';
      readonly queue: string;
      readonly messageId: string;
      readonly detail: string;
    }
  /** Frames of a packed message were sent to its queue singly, or could not be: then it goes back whole. */
  | {
      readonly kind: 'packSeparated';
      readonly queue: string;
      readonly messageId: string;
      readonly frames: number;
      readonly error?: string;
    }
  | { readonly kind: 'replyQueueMade'; readonly queue: string }
  | { readonly kind: 'replyQueueDeleted'; readonly queue: string; readonly outcome: string }
  | { readonly kind: 'heartbeatFailed'; readonly queue: string; readonly error: string }
  /** A sweep of the queues that dead processes left. `error`: why it ended early. */
  | {
      readonly kind: 'idleQueuesSwept';
      readonly prefix: string;
      /** Queues with the prefix. */
      readonly found: number;
      readonly deleted: readonly string[];
      readonly kept: number;
      readonly error?: string;
    }
  /** Whether a sweep is due could not be found out. */
  | { readonly kind: 'sweepFailed'; readonly prefix: string; readonly error: string }
  | { readonly kind: 'replyAddressRefused'; readonly queue: string; readonly rule: string };

/** Tells `observer` without letting it change anything. */
export function notify(observer: Observer | undefined, event: ReplyqEvent): void {
  if (observer === undefined) return;
  try {
    const returned: unknown = observer(event);
    // An async function is an observer, too; nobody waits for it, so nobody else would catch.
    if (returned instanceof Promise) returned.catch(ignore);
  } catch {
    // An observer watches; what it throws is its own affair and must not touch a call.
  }
}

function ignore(): void {}
