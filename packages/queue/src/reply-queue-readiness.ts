import { RpcError } from '@replyq/contract';
import type { Received, ReplyQueueReadiness } from '@replyq/contract/transport';
import type { Failure } from './queue-service.ts';

type NotReady = Extract<ReplyQueueReadiness, { readonly kind: 'failed' }>;

export const CLOSED: NotReady = {
  kind: 'failed',
  reason: 'closed',
  error: 'The requester was closed.',
};

/** What a failure to make or find a reply queue is to the calls that wait for it. */
export function failedBy({ error, kind }: Failure): NotReady {
  const reason = kind === 'denied' || kind === 'invalid' ? kind : 'unavailable';
  return { kind: 'failed', reason, error };
}

/** What a receive finds where there was no queue to read from yet. */
export function receivedNothing(readiness: ReplyQueueReadiness): Received {
  if (readiness.kind === 'ready') return { kind: 'deliveries', deliveries: [] };
  return readiness.reason === 'closed'
    ? { kind: 'closed' }
    : { kind: 'gone', error: readiness.error };
}

/** Of an address that is asked for when there is nothing to address. */
export function noReplyQueue(): RpcError {
  return new RpcError({ code: 'REPLY_QUEUE_LOST', message: 'There is no reply queue now.' });
}
