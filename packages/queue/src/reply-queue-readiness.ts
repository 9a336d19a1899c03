import type { ReplyQueueReadiness } from '@replyq/contract/transport';
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
