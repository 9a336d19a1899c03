import type { Inbox } from './inbox.ts';

/**
 * The host queue of one requester: the real queue onto which its virtual reply queues, one per
 * call, are multiplexed. Nobody else reads it. Made lazily; deleted by {@link Inbox.close}.
 */
export interface ReplyQueue extends Inbox {
  /** True when a call may leave now: the queue exists, as far as its last heartbeat tells. */
  isReady(): boolean;
  /**
   * Makes the queue, or proves that it still exists; makes a new one (under a new name) when it is
   * gone. Several callers share one attempt. Never rejects.
   */
  ready(): Promise<ReplyQueueReadiness>;
  /**
   * The reply address of one call, `<hostQueueUrl>#<callId>`. Throws an `RpcError` REPLY_QUEUE_LOST
   * while there is no queue.
   */
  addressOf(callId: string): string;
}

export type ReplyQueueReadiness =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'failed';
      readonly reason: 'denied' | 'invalid' | 'unavailable' | 'closed';
      readonly error: string;
    };
