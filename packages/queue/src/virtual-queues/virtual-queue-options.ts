import { inRange, integerInRange, type Observer } from '@replyq/contract/transport';
import { replyQueuePrefix } from '../queue-options.ts';
import type { ReceivedMessage } from '../queue-service.ts';

/** What may be set about virtual queues, whatever service their hosts are on. */
export interface VirtualQueueSettings {
  /** Begins the names of temporary host queues. Default `__RequesterClientQueues__`, which AWS documents. */
  readonly prefix?: string;
  /** A queue that is not used for this long may go: temporary ones, and their hosts. Default 300 s. */
  readonly idleRetentionMs?: number;
  /** How often a host queue that we made is marked as in use. Default: a third of `idleRetentionMs`. */
  readonly heartbeatIntervalMs?: number;
  /** Delete queues under `prefix` that dead processes left, once this one has made one itself. Default true. */
  readonly sweep?: boolean;
  /** How often all processes together look for such queues. Default 300 s. */
  readonly sweepEveryMs?: number;
  /** Received and not yet read messages of one virtual queue. One more is given back. Default 100. */
  readonly maxBufferedPerQueue?: number;
  /** The same of one host queue, over all its virtual queues. Default 1,000. */
  readonly maxBufferedMessages?: number;
  /** And their bytes, as the service counts them. Default 64 MiB. */
  readonly maxBufferedBytes?: number;
  /** What becomes of a message for a virtual queue that does not exist here. Default: it is deleted. */
  readonly onOrphan?: OrphanHandler;
}

/** A message on a host queue that is for none of the virtual queues that this process has on it. */
export interface Orphan {
  readonly hostQueueUrl: string;
  /** Whom it is for, as its sender says; absent: it does not say. Untrusted. */
  readonly virtualQueue?: string;
  readonly message: ReceivedMessage;
}

/**
 * `delete`: it is deleted from the host queue. `keep`: it is given back, to come again after a while, for
 * whoever else reads the host queue. A handler that throws or rejects keeps it.
 */
export type OrphanFate = 'delete' | 'keep';

export type OrphanHandler = (
  orphan: Orphan,
) => OrphanFate | undefined | void | Promise<OrphanFate | undefined | void>;

export interface ResolvedVirtualQueueSettings {
  readonly prefix: string;
  readonly idleRetentionMs: number;
  readonly heartbeatIntervalMs: number;
  /** Undefined: not by us. */
  readonly sweepEveryMs: number | undefined;
  readonly maxBufferedPerQueue: number;
  readonly maxBufferedMessages: number;
  readonly maxBufferedBytes: number;
  readonly onOrphan: OrphanHandler;
}

/** The longest that a queue may be kept for want of use: SQS's longest retention. */
const MAX_IDLE_MS = 1_209_600_000;

/** Fills in defaults and checks ranges. Throws an `RpcError` BAD_REQUEST that quotes the bad value. */
export function resolveVirtualQueueSettings(
  given: VirtualQueueSettings,
): ResolvedVirtualQueueSettings {
  const idleRetentionMs = inRange(
    'idleRetentionMs',
    given.idleRetentionMs ?? 300_000,
    1000,
    MAX_IDLE_MS,
  );
  const sweepEveryMs = inRange('sweepEveryMs', given.sweepEveryMs ?? 300_000, 10_000, 86_400_000);
  return {
    prefix: replyQueuePrefix(given.prefix),
    idleRetentionMs,
    heartbeatIntervalMs: inRange(
      'heartbeatIntervalMs',
      given.heartbeatIntervalMs ?? idleRetentionMs / 3,
      100,
      idleRetentionMs,
    ),
    sweepEveryMs: (given.sweep ?? true) ? sweepEveryMs : undefined,
    maxBufferedPerQueue: integerInRange(
      'maxBufferedPerQueue',
      given.maxBufferedPerQueue ?? 100,
      1,
      1e6,
    ),
    maxBufferedMessages: integerInRange(
      'maxBufferedMessages',
      given.maxBufferedMessages ?? 1000,
      1,
      1e6,
    ),
    maxBufferedBytes: inRange('maxBufferedBytes', given.maxBufferedBytes ?? 67_108_864, 1024, 1e12),
    onOrphan: given.onOrphan ?? ((): void => undefined),
  };
}

/** What an observer of virtual queues is told besides what every transport tells. */
export type VirtualQueueEvent =
  /** A message for a virtual queue that does not exist here, and what became of it. */
  | {
      readonly kind: 'messageOrphaned';
      readonly queue: string;
      readonly outcome: OrphanFate;
      /** What the handler threw. */
      readonly error?: string;
    }
  /** Nobody reads a virtual queue fast enough: messages for it go back to the host queue for a while. */
  | {
      readonly kind: 'virtualQueueFull';
      readonly queue: string;
      readonly virtualQueue: string;
      readonly givenBack: number;
    }
  /** Not used for its retention: it is gone, and what it had not handed out is deleted. */
  | {
      readonly kind: 'virtualQueueExpired';
      readonly queue: string;
      readonly virtualQueue: string;
      readonly unread: number;
    };

/** Sees what transports tell, and what virtual queues do. What it throws changes nothing. */
export type VirtualQueueObserver = (event: Parameters<Observer>[0] | VirtualQueueEvent) => void;
