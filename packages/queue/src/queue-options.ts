import { RpcError } from '@replyq/contract';
import { inRange, integerInRange } from '@replyq/contract/transport';

/** Options that every queue-backed transport takes. */
export interface QueueTransportOptions {
  /** Goes before every queue *name* (not before URLs and ARNs), e.g. `staging-`. Default: nothing. */
  readonly namespace?: string;
  /** Frames that may wait in one outbox; one more is refused as `overloaded`. Default 10,000. */
  readonly maxBufferedFrames?: number;
  readonly packing?: PackingSettings;
  readonly replyQueue?: ReplyQueueSettings;
}

export interface PackingSettings {
  /**
   * How many frames may share a message: 1 to 256; 1: none, requests and replies alike. Default: as many as the
   * responders of a queue say in their replies, and none together before the first one. Give a number only
   * where every reader of the queues is replyq: it then holds from the first message on, and for
   * requests that get no reply; what replies say can only lower it.
   */
  readonly framesPerMessage?: number;
}

export interface ReplyQueueSettings {
  /** Begins the names of host reply queues. Default `__RequesterClientQueues__`, which AWS documents. */
  readonly prefix?: string;
  /** How long an unread reply is kept. Default 300 s, so that a dead process's queue empties itself. */
  readonly retentionMs?: number;
  /** Default 10 s: what an aborted poll took with it comes back soon. */
  readonly visibilityMs?: number;
  /** A queue without a heartbeat for this long may be swept by anybody. Default 300 s. */
  readonly idleRetentionMs?: number;
  /** Default: a third of `idleRetentionMs`, jittered by 10 %. */
  readonly heartbeatIntervalMs?: number;
}

export interface ResolvedQueueOptions {
  readonly namespace: string;
  readonly maxBufferedFrames: number;
  readonly packing: { readonly framesPerMessage: number | undefined };
  readonly replyQueue: Required<ReplyQueueSettings>;
}

/** The prefix under which AWS's own client makes its queues, so that either side's sweeper sees both. */
export const DEFAULT_REPLY_QUEUE_PREFIX = '__RequesterClientQueues__';

/** Default visibility of a received request: a crash is repaired well within a 20 s deadline. */
export const DEFAULT_VISIBILITY_MS = 10_000;

/** Default long poll: the longest that SQS has, which costs three requests a minute when idle. */
export const DEFAULT_WAIT_MS = 20_000;

/** Fills in defaults and checks ranges. Throws an `RpcError` BAD_REQUEST that quotes the bad value. */
export function resolveQueueOptions(options: QueueTransportOptions): ResolvedQueueOptions {
  const replyQueue = options.replyQueue ?? {};
  const framesPerMessage = options.packing?.framesPerMessage;
  const idleRetentionMs = replyQueue.idleRetentionMs ?? 300_000;
  return {
    namespace: matching('namespace', options.namespace ?? '', /^[A-Za-z0-9_-]{0,40}$/),
    maxBufferedFrames: integerInRange(
      'maxBufferedFrames',
      options.maxBufferedFrames ?? 10_000,
      1,
      1e7,
    ),
    packing: {
      framesPerMessage:
        framesPerMessage === undefined
          ? undefined
          : integerInRange('packing.framesPerMessage', framesPerMessage, 1, 256),
    },
    replyQueue: {
      prefix: matching(
        'prefix',
        replyQueue.prefix ?? DEFAULT_REPLY_QUEUE_PREFIX,
        /^[A-Za-z0-9_-]{1,52}$/,
      ),
      retentionMs: inRange('retentionMs', replyQueue.retentionMs ?? 300_000, 60_000, 1_209_600_000),
      visibilityMs: inRange('visibilityMs', replyQueue.visibilityMs ?? 10_000, 1000, 43_200_000),
      idleRetentionMs: inRange('idleRetentionMs', idleRetentionMs, 1000, 1_209_600_000),
      heartbeatIntervalMs: inRange(
        'heartbeatIntervalMs',
        replyQueue.heartbeatIntervalMs ?? idleRetentionMs / 3,
        100,
        idleRetentionMs,
      ),
    },
  };
}

function matching(name: string, value: string, pattern: RegExp): string {
  if (pattern.test(value)) return value;
  throw new RpcError({
    code: 'BAD_REQUEST',
    message: `${name} is "${value}": expected ${pattern.source}.`,
  });
}
