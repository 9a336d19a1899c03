import { RpcError } from '@replyq/contract';
import { inRange, integerInRange, type QueueRef } from '@replyq/contract/transport';

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
   * How many requests may share a message: 1 to 256; 1: none, and no replies either, of which else up to 128
   * may. Default: as many as the responders of a queue say in their replies, and none together before the first
   * one. Give a number only where every reader of the queues is replyq: it then holds from the first message on,
   * and for requests that get no reply; what replies say can only lower it.
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
  /**
   * More attributes of each host queue, by the service's own names: `Policy` (for responders of other
   * accounts), `KmsMasterKeyId`, `SqsManagedSseEnabled`, … A queue that is made again gets them again.
   */
  readonly queueAttributes?: Readonly<Record<string, string>>;
  /**
   * An existing queue for the replies, instead of queues that are made: it is never made, tagged, swept or
   * deleted. It must be private to one requester, and stand in the responders' `replyTo.queues`.
   */
  readonly queue?: QueueRef;
  /** Delete the queues that dead processes left under `prefix`. Default true; never with `queue`. */
  readonly sweep?: boolean;
  /** How often all processes together look for such queues. Default 300 s. */
  readonly sweepEveryMs?: number;
}

/** How host queues are made and kept. */
export interface HostQueueSettings extends Required<
  Pick<
    ReplyQueueSettings,
    | 'prefix'
    | 'retentionMs'
    | 'visibilityMs'
    | 'idleRetentionMs'
    | 'heartbeatIntervalMs'
    | 'queueAttributes'
  >
> {}

export interface ResolvedReplyQueueSettings extends HostQueueSettings {
  readonly queue: QueueRef | undefined;
  /** Undefined: not by us. */
  readonly sweepEveryMs: number | undefined;
}

export interface ResolvedQueueOptions {
  readonly namespace: string;
  readonly maxBufferedFrames: number;
  readonly packing: { readonly framesPerMessage: number | undefined };
  readonly replyQueue: ResolvedReplyQueueSettings;
}

/** The prefix under which AWS's own client makes its queues, so that either side's sweeper sees both. */
export const DEFAULT_REPLY_QUEUE_PREFIX = '__RequesterClientQueues__';

/** Default visibility of a received request: a crash is repaired well within a 20 s deadline. */
export const DEFAULT_VISIBILITY_MS = 10_000;

/** Default long poll: the longest that SQS has, which costs three requests a minute when idle. */
export const DEFAULT_WAIT_MS = 20_000;

/** Fills in defaults and checks ranges. Throws an `RpcError` BAD_REQUEST that quotes the bad value. */
export function resolveQueueOptions(options: QueueTransportOptions): ResolvedQueueOptions {
  const framesPerMessage = options.packing?.framesPerMessage;
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
    replyQueue: resolveReplyQueue(options.replyQueue ?? {}),
  };
}

function resolveReplyQueue(given: ReplyQueueSettings): ResolvedReplyQueueSettings {
  const { queue } = given;
  const idleRetentionMs = given.idleRetentionMs ?? 300_000;
  const sweepEveryMs = inRange('sweepEveryMs', given.sweepEveryMs ?? 300_000, 10_000, 86_400_000);
  return {
    prefix: replyQueuePrefix(given.prefix),
    retentionMs: inRange('retentionMs', given.retentionMs ?? 300_000, 60_000, 1_209_600_000),
    visibilityMs: inRange('visibilityMs', given.visibilityMs ?? 10_000, 1000, 43_200_000),
    idleRetentionMs: inRange('idleRetentionMs', idleRetentionMs, 1000, 1_209_600_000),
    heartbeatIntervalMs: inRange(
      'heartbeatIntervalMs',
      given.heartbeatIntervalMs ?? idleRetentionMs / 3,
      100,
      idleRetentionMs,
    ),
    queueAttributes: hostQueueAttributes(given),
    queue,
    sweepEveryMs: queue === undefined && (given.sweep ?? true) ? sweepEveryMs : undefined,
  };
}

/** Throws an `RpcError` BAD_REQUEST that quotes a prefix that would not fit before a client's id. */
export function replyQueuePrefix(prefix: string = DEFAULT_REPLY_QUEUE_PREFIX): string {
  return matching('prefix', prefix, /^[A-Za-z0-9_-]{1,52}$/);
}

/** Attributes that have an option of their own, or that no host queue can have. */
const OTHERWISE: Readonly<Record<string, string>> = {
  VisibilityTimeout: 'the option is visibilityMs',
  MessageRetentionPeriod: 'the option is retentionMs',
  FifoQueue: 'host queues are standard queues',
  ContentBasedDeduplication: 'host queues are standard queues',
  DeduplicationScope: 'host queues are standard queues',
  FifoThroughputLimit: 'host queues are standard queues',
};

function hostQueueAttributes({
  queue,
  queueAttributes = {},
}: ReplyQueueSettings): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(queueAttributes)) {
    matching('The name of a queue attribute', name, /^[A-Za-z]{1,64}$/);
    const fault =
      queue === undefined ? OTHERWISE[name] : 'a queue that is given is not made by the transport';
    const text: unknown = value;
    if (fault !== undefined) throw badAttribute(name, text, fault);
    if (typeof text !== 'string') throw badAttribute(name, text, 'expected text');
  }
  return { ...queueAttributes };
}

function badAttribute(name: string, value: unknown, fault: string): RpcError {
  const message = `queueAttributes.${name} is ${JSON.stringify(value)}: ${fault}.`;
  return new RpcError({ code: 'BAD_REQUEST', message });
}

function matching(name: string, value: string, pattern: RegExp): string {
  if (pattern.test(value)) return value;
  throw new RpcError({
    code: 'BAD_REQUEST',
    message: `${name} is "${value}": expected ${pattern.source}.`,
  });
}
