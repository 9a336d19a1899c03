import type { Outbox } from './outbox.ts';
import type { QueueRef } from './transport.ts';

/**
 * Turns the reply address of a request into the outbox of the queue that it names, or refuses it.
 * A caller's bytes never choose a host: the address is parsed, and the URL that is called is this
 * responder's own queue URL with account and name replaced.
 */
export interface ReplyRouter {
  route(address: string): ReplyRoute;
  /** The request queue's dead-letter queue, where it has one and this process may know. */
  readonly deadLetterQueue?: QueueRef | undefined;
  /** Nobody asks for routes any more; what still waits to be sent is refused. Idempotent. */
  close(): void;
}

export type ReplyRoute =
  | {
      readonly kind: 'route';
      readonly outbox: Outbox;
      /** The virtual queue, which is the call id. Absent: the address is the queue itself. */
      readonly virtualQueue?: string;
    }
  | { readonly kind: 'refused'; readonly rule: ReplyAddressRule };

/** The rule that an address broke. Shown to the operator, never to the sender. */
export type ReplyAddressRule =
  | 'notAnAddress'
  | 'scheme'
  | 'host'
  | 'account'
  | 'queueName'
  | 'prefix'
  | 'fifo'
  | 'virtualName'
  | 'ownQueue'
  | 'deadLetterQueue';

/** Which reply queues a responder writes to. Everything else is refused. */
export interface ReplyToPolicy {
  /** Accounts besides the responder's own. Default: none. */
  readonly accounts?: readonly string[];
  /** Queue name prefixes. Default: `__RequesterClientQueues__`, the one that AWS documents. */
  readonly prefixes?: readonly string[];
  /** Whole queue names, for reply queues made by an operator. Default: none. */
  readonly queues?: readonly string[];
  /** Whether `.fifo` queues may be replied to. Default false. */
  readonly fifo?: boolean;
}
