import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Runtime } from '@replyq/contract/transport';
import type { VirtualQueueObserver, VirtualQueueSettings } from '@replyq/queue/virtual-queues';

export interface WithVirtualQueuesOptions extends VirtualQueueSettings {
  /**
   * Makes every queue a temporary one that CreateQueue is asked for: a virtual queue, on a host queue that is
   * made for each distinct set of attributes, marked as in use, and deleted on close. Default false.
   */
  readonly temporary?: boolean;
  /** Default: the platform's. */
  readonly runtime?: Runtime;
  /** Sees each API request that is made for virtual queues by themselves, and what becomes of them. */
  observer?(...event: Parameters<VirtualQueueObserver>): void;
}

export interface VirtualQueuesControl {
  /**
   * Ends receives from virtual queues, which then have nothing; gives back to the host queues what nobody has
   * read; deletes temporary host queues. Takes at most 10 s. The client that was given stays open, and this one
   * goes on for ordinary queues. Idempotent. `destroy()` does this first, and destroys that client then.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type VirtualQueuesClient<Client extends SQSClient = SQSClient> = Client &
  VirtualQueuesControl;
